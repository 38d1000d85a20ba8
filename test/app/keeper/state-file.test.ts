import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStateFile } from '../../../src/app/keeper/state-file.js';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'custos-state-'));
  path = join(directory, 'deep', 'signer.state');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const unwritten = { code: 'KEEPER_STATE_UNWRITTEN' };

it('the state file is made with the first record, for its user alone, and grows with the next ones', async () => {
  const file = await openStateFile(path);
  expect(file.bytes).toHaveLength(0);
  expect(existsSync(path)).toBe(false);
  await file.replace(Uint8Array.of(1));
  await file.append(Uint8Array.of(2));
  expect([...readFileSync(path)]).toEqual([1, 2]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await file.replace(Uint8Array.of(3));
  await file.append(Uint8Array.of(4));
  await file.close();
  const again = await openStateFile(path);
  expect([...again.bytes]).toEqual([3, 4]);
  expect(readdirSync(dirname(path))).toEqual(['signer.state']);
  await again.close();
});

it('of two processes with one state file the later one keeps it, and the other writes no more', async () => {
  const first = await openStateFile(path);
  await first.replace(Uint8Array.of(1));
  const second = await openStateFile(path);
  await second.replace(Uint8Array.of(2));
  await expect(first.append(Uint8Array.of(9))).rejects.toMatchObject(unwritten);
  await expect(first.replace(Uint8Array.of(9))).rejects.toMatchObject(unwritten);
  await second.append(Uint8Array.of(3));
  expect([...readFileSync(path)]).toEqual([2, 3]);
  // A file that a person removed is not made again behind their back.
  rmSync(path);
  await expect(second.append(Uint8Array.of(4))).rejects.toMatchObject(unwritten);
  await first.close();
  await second.close();
});

it('two processes that make one state file at the same moment never write into each other, and one goes on', async () => {
  for (let round = 0; round < 40; round++) {
    const both = await Promise.all([openStateFile(path), openStateFile(path)]);
    const records = [1, 2].map((who) => new Uint8Array(200_000).fill(who));
    const written = both.map(async (file, at) => {
      await file.replace(records[at] ?? new Uint8Array());
      await file.append(Uint8Array.of(10 + at));
    });
    const told = await Promise.allSettled(written);
    await Promise.all(both.map((file) => file.close()));
    const kept = told.flatMap(({ status }, at) => (status === 'fulfilled' ? [at] : []));
    expect(kept).toHaveLength(1);
    for (const at of kept) {
      const whole = Buffer.concat([records[at] ?? new Uint8Array(), Uint8Array.of(10 + at)]);
      expect(readFileSync(path).equals(whole)).toBe(true);
    }
    expect(readdirSync(dirname(path))).toEqual(['signer.state']);
    rmSync(path);
  }
});

it('what a killed process left of a state file is removed by the next one', async () => {
  const file = await openStateFile(path);
  await file.replace(Uint8Array.of(1));
  writeFileSync(`${path}.new-left`, 'half');
  await file.replace(Uint8Array.of(2));
  expect(readdirSync(dirname(path))).toEqual(['signer.state']);
  await file.close();
});

it('a process that read a state file writes none over what another one has kept since', async () => {
  const first = await openStateFile(path);
  const early = await openStateFile(path);
  await first.replace(Uint8Array.of(1));
  const late = await openStateFile(path);
  await first.append(Uint8Array.of(2));
  for (const file of [early, late]) {
    await expect(file.replace(Uint8Array.of(9))).rejects.toMatchObject(unwritten);
    await expect(file.append(Uint8Array.of(9))).rejects.toMatchObject(unwritten);
  }
  await first.append(Uint8Array.of(3));
  expect([...readFileSync(path)]).toEqual([1, 2, 3]);
  await Promise.all([first, early, late].map((file) => file.close()));
});

it('nothing is appended before a state was written', async () => {
  const file = await openStateFile(path);
  await expect(file.append(Uint8Array.of(1))).rejects.toMatchObject(unwritten);
});

it('a state file that cannot be read is refused with a code', async () => {
  await expect(openStateFile(directory)).rejects.toMatchObject({ code: 'KEEPER_STATE_DAMAGED' });
  const unreadable = join(directory, 'unreadable');
  writeFileSync(unreadable, 'x');
  chmodSync(unreadable, 0o000);
  // Root reads everything.
  if (process.getuid?.() !== 0) {
    await expect(openStateFile(unreadable)).rejects.toMatchObject({ code: 'KEEPER_STATE_DAMAGED' });
  }
});
