import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/app/config/config.js';
import { createHouse, type House } from '../../../src/app/house.js';
import { addKeySlot, listKeySlots, removeKeySlot, rotateKeySlot } from '../../../src/cli/commands/keys/key-slots.js';
import { rekey } from '../../../src/cli/commands/keys/password.js';
import { backup, restore } from '../../../src/cli/commands/store.js';
import type { ExternalSlot } from '../../../src/core/store/store.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { whyNoOpenssl } from '../../support/certificates.js';
import { openHouse, runInProcess } from '../../support/in-process.js';
import { type KeyProgramNames, keyPrograms } from '../../support/key-programs.js';
import { silentTerminal } from '../../support/silent-terminal.js';

let home = '';
let house: House;
let programs: KeyProgramNames;
let other: KeyProgramNames;
const houses: House[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'custos-outside-'));
  house = await openHouse(home);
  programs = keyPrograms(home);
  other = keyPrograms(home, 'another');
});
afterEach(async () => {
  for (const one of houses.splice(0)) await one.close();
});
afterAll(async () => {
  await house.close();
  await rm(home, { recursive: true, force: true });
});

/** A house whose settings name a key slot and no password. */
function houseWith(environment: Record<string, string>, store?: string): House {
  const made = createHouse(readConfig(store === undefined ? {} : { store }, environment, home), silentTerminal);
  houses.push(made);
  return made;
}
const byCommand = (unwrap = programs.unwrap, slot = 'command') =>
  houseWith({ CUSTOS_KEY_SLOT: slot, CUSTOS_KEY_COMMAND: unwrap });
const named = ({ wrap, unwrap }: KeyProgramNames) => ({ wrapCommand: wrap, unwrapCommand: unwrap });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: { code?: string }) => error.code,
  );
const slots = async () => (await house.store()).slots.all();
const idOf = async (reference: string) =>
  (await slots()).find((one) => one.kind === 'external' && one.reference === reference)?.id ?? '';

describe.skipIf(whyNoOpenssl() !== undefined)('a key slot that programs open', () => {
  it('opens the store without a password, and the audit log says which slot it was', async () => {
    await runInProcess(house, addKeySlot, { args: ['command'], flags: named(programs) });
    const rootKey = Buffer.from(await house.rootKey());
    const opened = await byCommand().opened();
    expect(Buffer.from(opened.rootKey)).toEqual(rootKey);
    expect(opened.slot).toMatchObject({ id: await idOf('command'), kind: 'external' });
    const { results } = await runInProcess(house, listKeySlots, { flags: { json: true } });
    expect(results.map(({ kind, key }) => [kind, key])).toEqual([
      ['password', undefined],
      ['recovery', undefined],
      ['external', 'command'],
    ]);
  });

  it('what the key gives back is neither in the database nor the root key itself', async () => {
    const slot = (await slots()).find((one): one is ExternalSlot => one.kind === 'external');
    const key = await byCommand().key();
    expect(key.secret.length).toBe(32);
    const all = await readFile(house.location());
    expect(Buffer.from(key.secret.exposeBytes())).not.toEqual(Buffer.from(await house.rootKey()));
    for (const secret of [key.secret.exposeBytes(), await house.rootKey()])
      expect(all.includes(Buffer.from(secret))).toBe(false);
    expect(slot?.box).toHaveLength(60);
    key.secret.wipe();
  });

  it('a second slot of one key, a slot that does not unwrap, and flags that do not fit change nothing', async () => {
    const before = await slots();
    const tries: readonly (readonly [string, string[], Record<string, string>])[] = [
      ['SLOT_EXISTS', ['command'], named(programs)],
      ['USAGE', ['command:x'], { wrapCommand: programs.wrap }],
      ['USAGE', ['systemd-creds:host'], named(programs)],
      ['CONFIG_INVALID', ['telepathy:x'], {}],
      ['SLOT_KEY_WRONG', ['command:x'], { wrapCommand: programs.wrap, unwrapCommand: 'cat' }],
      ['SLOT_KEY_UNAVAILABLE', ['command:x'], { wrapCommand: programs.wrap, unwrapCommand: other.unwrap }],
      ['SLOT_KEY_UNAVAILABLE', ['command:x'], { wrapCommand: 'false', unwrapCommand: 'cat' }],
      ['SLOT_KEY_WRONG', ['command:x'], { wrapCommand: 'head -c 16', unwrapCommand: 'cat' }],
    ];
    for (const [code, args, flags] of tries) {
      expect([args[0], await codeOf(runInProcess(house, addKeySlot, { args, flags }))]).toEqual([args[0], code]);
    }
    expect(await slots()).toEqual(before);
  });

  it('a key that gives other bytes opens nothing', async () => {
    expect(await codeOf(byCommand('head -c 32').opened())).toBe('SLOT_KEY_WRONG');
    expect(await codeOf(byCommand('cat').opened())).toBe('SLOT_KEY_WRONG');
    expect(await codeOf(byCommand('false').opened())).toBe('SLOT_KEY_UNAVAILABLE');
    expect(await codeOf(byCommand(programs.unwrap, 'command:unknown').opened())).toBe('SLOT_UNKNOWN');
  });

  it('a slot whose parts were altered, or put into the place of another, does not open', async () => {
    const location = house.location();
    const database = await openDatabase<StoreTables>(location);
    const row = await database.read((db) =>
      db.selectFrom('key_slots').selectAll().where('kind', '=', 'external').executeTakeFirstOrThrow(),
    );
    const write = (change: Partial<StoreTables['key_slots']>) =>
      database.write(async (db) => {
        await db.updateTable('key_slots').set(change).where('created_at', '=', row.created_at).execute();
      });
    const salt = Buffer.from(row.salt);
    const renamed = Buffer.concat([salt.subarray(0, 4), Buffer.from('Command'), salt.subarray(11)]);
    const box = Buffer.from(row.box);
    box[20] = (box[20] ?? 0) ^ 1;
    const changes: readonly (readonly [Partial<StoreTables['key_slots']>, string])[] = [
      [{ id: 'another-slot' }, 'SLOT_KEY_WRONG'],
      [{ box }, 'SLOT_KEY_WRONG'],
      [{ salt: renamed }, 'SLOT_UNKNOWN'],
      [{ salt: salt.subarray(0, 3) }, 'STORE_DAMAGED'],
      [{ salt: Buffer.concat([Buffer.alloc(4, 255), salt.subarray(4)]) }, 'STORE_DAMAGED'],
      [{ kind: 'telepathy' }, 'STORE_NEWER'],
    ];
    for (const [change, code] of changes) {
      await write(change);
      expect([Object.keys(change), await codeOf(byCommand().opened())]).toEqual([Object.keys(change), code]);
      await write(row);
    }
    expect(await codeOf(byCommand().opened())).toBe('none');
    await database.close();
  });

  it('a new slot key takes the place of the former one, also when the slot itself opened the store', async () => {
    const former = await idOf('command');
    await runInProcess(byCommand(), rotateKeySlot, { args: ['command'], flags: named(programs) });
    const fresh = await idOf('command');
    expect(fresh).not.toBe(former);
    expect((await slots()).map(({ kind }) => kind)).toEqual(['password', 'recovery', 'external']);
    expect(await codeOf(byCommand().opened())).toBe('none');
    const missing = runInProcess(byCommand(), rotateKeySlot, { args: ['command:x'], flags: named(programs) });
    expect(await codeOf(missing)).toBe('SLOT_UNKNOWN');
  });

  it('a slot is removed by whoever opened the store with another one, and never the last that works', async () => {
    const [password, recovery] = await slots();
    const own = await idOf('command');
    expect(await codeOf(runInProcess(byCommand(), removeKeySlot, { args: [own] }))).toBe('SLOT_IN_USE');
    expect(await codeOf(runInProcess(house, removeKeySlot, { args: [recovery?.id ?? ''] }))).toBe('SLOT_IN_USE');
    expect(await codeOf(runInProcess(house, removeKeySlot, { args: ['unknown'] }))).toBe('SLOT_UNKNOWN');
    const store = await house.store();
    expect(await codeOf(store.slots.replace([], [own], own))).toBe('STATE_CONFLICT');
    expect(await codeOf(store.slots.replace([], [own, password?.id ?? '']))).toBe('STATE_CONFLICT');
    await runInProcess(house, addKeySlot, { args: ['command:second'], flags: named(other) });
    await runInProcess(house, removeKeySlot, { args: [await idOf('command:second')] });
    expect(await codeOf(byCommand(other.unwrap, 'command:second').opened())).toBe('SLOT_UNKNOWN');
    expect(await codeOf(byCommand().opened())).toBe('none');
  });

  it('a backup opens by the slot that the store had, and so does what is restored from it', async () => {
    const file = join(home, 'backup');
    await runInProcess(byCommand(), backup, { args: [file] });
    const store = join(home, 'restored.db');
    const environment = { CUSTOS_KEY_COMMAND: programs.unwrap };
    await runInProcess(houseWith(environment, store), restore, { args: [file] });
    const restored = await houseWith(environment, store).opened();
    expect(Buffer.from(restored.rootKey)).toEqual(Buffer.from(await house.rootKey()));
    const wrong = houseWith({ CUSTOS_KEY_COMMAND: 'head -c 32' }, join(home, 'never.db'));
    expect(await codeOf(runInProcess(wrong, restore, { args: [file] }))).toBe('SLOT_KEY_WRONG');
  });

  it('a password and a key slot together, or a command without its slot, are mistakes', async () => {
    const read = (flags: Record<string, string>, env: Record<string, string> = {}) =>
      codeOf(Promise.resolve().then(() => readConfig(flags, env, home)));
    const command = { keyCommand: 'cat' };
    expect(await read(command)).toBe('none');
    expect(await read(command, { CUSTOS_PASSWORD: 'x' })).toBe('CONFIG_INVALID');
    expect(await read({ ...command, passwordFile: '/x' })).toBe('CONFIG_INVALID');
    expect(await read({ ...command, keySlot: 'systemd-creds:host' })).toBe('CONFIG_INVALID');
    expect(await read({ keySlot: 'command' })).toBe('CONFIG_INVALID');
    expect(await read({ keySlot: 'nonsense' })).toBe('CONFIG_INVALID');
    expect(await read({ keyCommand: '"open' })).toBe('CONFIG_INVALID');
  });

  it('a new root key keeps the outside key that opened the store, under a new slot key, and ends all else', async () => {
    const former = await house.opened();
    const before = Buffer.from(former.rootKey);
    const rekeyed = byCommand();
    expect(await codeOf(runInProcess(rekeyed, rekey, {}))).toBe('CONFIG_INVALID');
    for (const one of houses.splice(0)) await one.close();
    await house.close();
    const { results } = await runInProcess(byCommand(), rekey, { flags: { wrapCommand: programs.wrap } });
    expect(results[0]).toMatchObject({ recoveryKey: expect.stringMatching(/^[0-9A-Z-]{69}$/) });
    const after = byCommand();
    expect(Buffer.from((await after.opened()).rootKey)).not.toEqual(before);
    const left = await (await after.store()).slots.all();
    expect(left.map(({ kind, generation }) => [kind, generation])).toEqual([
      ['external', 2],
      ['recovery', 2],
    ]);
  });
});
