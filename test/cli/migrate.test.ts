import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateMnemonic } from '../../src/crypto/mnemonic.js';
import { Canaries } from '../support/canaries.js';
import { custos, type Ended, makeHome, onTerminal, removeHome, start } from '../support/custos.js';
import { keys, mnemonic } from '../support/kms.js';
import { encryptOld, type OldEntries, oldWallets, writeOld } from '../support/old-kms.js';
import { evmChainIds } from '../support/vectors.js';

const env = { TATUM_KMS_PASSWORD: 'old' };
const key = { privateKey: keys.one.privateKey, chain: 'ETH', testnet: true };
const broken = { ...key, privateKey: 'garbage' };

let home: string;
let file: string;

beforeEach(() => {
  home = makeHome();
  file = join(home, 'wallet.dat');
});
afterEach(() => removeHome(home));

const write = (entries: OldEntries) => writeOld(file, entries, 'old');
const run = (args: readonly string[], variables: Readonly<Record<string, string>> = env): Promise<Ended> =>
  custos(args, { home, env: variables });
const exported = async () => JSON.parse((await run(['export'])).stdout) as OldEntries;

describe('custos migrate', () => {
  it('migrate prints a table of its results, and old scripts then find their wallets under the old commands', async () => {
    const entries: OldEntries = Object.assign({}, ...evmChainIds.map((chain) => oldWallets(chain)));
    write(entries);
    const count = Object.keys(entries).length;
    const ended = await run(['migrate', file]);
    expect(ended.code).toBe(0);
    const lines = ended.stdout.split('\n');
    expect(lines[0]).toMatch(/^SIGNATURE ID +CHAIN +NETWORK +KIND +RESULT +RECORDED +ADDRESS OR XPUB$/);
    expect(lines.slice(1, count + 1).every((line) => /mnemonic +imported +xpub right +xpub6/.test(line))).toBe(true);
    expect(ended.stderr).toContain('it has no recovery key yet');
    expect(ended.stderr).toContain(`${count} wallets imported, 0 were there already, 0 are broken.`);
    expect(await exported()).toEqual(entries);
    const again = await run(['migrate', file]);
    expect(again).toMatchObject({ code: 0 });
    expect(again.stderr).toBe(`0 wallets imported, ${count} were there already, 0 are broken.\n`);
  });

  it('migrate prints its report as JSON', async () => {
    const [id, other] = [randomUUID(), randomUUID()];
    write({ [id]: key, [other]: broken });
    const ended = await run(['migrate', file, '--json', '--skip-broken']);
    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.stdout)).toEqual({
      file,
      entries: 2,
      imported: 1,
      alreadyThere: 0,
      notImported: 0,
      broken: 1,
      wallets: [
        {
          entry: 1,
          signatureId: id,
          chain: 'ETH',
          testnet: true,
          kind: 'privateKey',
          result: 'imported',
          address: keys.one.address,
          matches: [],
          notes: [{ code: 'printed-key-wrong', message: expect.any(String) }],
        },
        {
          entry: 2,
          signatureId: other,
          chain: 'ETH',
          testnet: true,
          result: 'broken',
          matches: [],
          notes: [{ code: 'PRIVATE_KEY_INVALID', message: expect.any(String) }],
        },
      ],
    });
    expect(ended.stderr).toContain('Skipped wallets exist only in the old file: keep it.');
  });

  it('migrate ends with 1 and a report when something is broken, and imports nothing', async () => {
    write({ [randomUUID()]: key, [randomUUID()]: broken });
    for (const flags of [[], ['--dry-run']]) {
      const ended = await run(['migrate', file, ...flags]);
      expect(ended.code).toBe(1);
      expect(ended.stdout).toMatch(/not imported/);
      expect(ended.stdout).toMatch(/BROKEN/);
      expect(ended.stdout).toMatch(/^PRIVATE_KEY_INVALID: /m);
      expect(ended.stderr).toMatch(
        /^custos: error: 1 of 2 wallets are broken.*\(IMPORT_INVALID\)\ncustos: hint: .+\n$/,
      );
      expect(existsSync(join(home, '.custos'))).toBe(false);
    }
  });

  it('a dry run of a good file says so and writes nothing', async () => {
    write({ [randomUUID()]: key });
    const ended = await run(['migrate', file, '--dry-run']);
    expect(ended).toMatchObject({
      code: 0,
      stderr: '1 wallets would be imported, 0 were there already, 0 are broken.\n',
    });
    expect(existsSync(join(home, '.custos'))).toBe(false);
  });

  it('migrate saves the readable part of a truncated file', async () => {
    const entries = Object.fromEntries(Array.from({ length: 50 }, () => [randomUUID(), key]));
    writeFileSync(file, encryptOld(JSON.stringify(entries), 'old').slice(0, 6000));
    const refused = await run(['migrate', file]);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toMatch(
      /the password is right, but .* is damaged: it is cut off; \d+ wallets can still be read/,
    );
    const saved = await run(['migrate', file, '--skip-broken', '--json']);
    expect(saved.code).toBe(0);
    const { imported, damage } = JSON.parse(saved.stdout);
    expect(damage).toContain('it is cut off');
    expect(imported).toBeGreaterThan(25);
    const ids = Object.keys(await exported());
    expect(ids).toHaveLength(imported);
    expect(ids.sort()).toEqual(Object.keys(entries).slice(0, imported).sort());
  });

  it.each<readonly [string, string, Record<string, string>, number, string]>([
    ['a wrong password', encryptOld('{}', 'new'), env, 1, 'PASSWORD_WRONG'],
    ['no password', encryptOld('{}', 'old'), {}, 2, 'PASSWORD_MISSING'],
    ['an empty file', '', env, 1, 'IMPORT_INVALID'],
    ['a foreign file', 'SQLite format 3\0', env, 1, 'IMPORT_INVALID'],
  ])('migrate refuses %s', async (_what, text, variables, code, error) => {
    writeFileSync(file, text);
    const ended = await run(['migrate', file], variables);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(new RegExp(`^custos: error: .*\\(${error}\\)\ncustos: hint: .+\n$`));
  });

  it('migrate takes the old password from a file, and the new one from the environment', async () => {
    write({ [randomUUID()]: key });
    const passwords = join(home, 'old-password');
    writeFileSync(passwords, 'old\n', { mode: 0o600 });
    const variables = { CUSTOS_PASSWORD: 'new one of the store' };
    const ended = await run(['migrate', file, '--old-password-file', passwords], variables);
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('1 wallets imported') });
    expect(await run(['verify'], variables)).toMatchObject({ code: 0 });
    expect(await run(['verify'], env)).toMatchObject({ code: 1, stderr: expect.stringContaining('PASSWORD_WRONG') });
  });

  it('migrate asks for both passwords on a terminal, the old one first', async () => {
    write({ [randomUUID()]: key });
    const running = onTerminal(['migrate', file], { home });
    for (const [question, answer] of [
      [/Password of the old file:/, 'old'],
      [/New password of the wallet store:/, 'new one of the store'],
      [/Once more:/, 'new one of the store'],
    ] as const) {
      await running.line(question);
      running.type(`${answer}\n`);
    }
    const ended = await running.ended;
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain('1 wallets imported');
    expect(await run(['verify'], { CUSTOS_PASSWORD: 'new one of the store' })).toMatchObject({ code: 0 });
  });

  it('migrate never writes the old file, which may be read-only', async () => {
    write({ [randomUUID()]: key, [randomUUID()]: broken });
    chmodSync(file, 0o400);
    const before = { bytes: readFileSync(file), ...statSync(file) };
    for (const flags of [[], ['--dry-run'], ['--skip-broken'], ['--skip-broken']])
      await run(['migrate', file, ...flags]);
    expect(readFileSync(file).equals(before.bytes)).toBe(true);
    const { mtimeMs, ctimeMs, ino, mode } = statSync(file);
    expect({ mtimeMs, ctimeMs, ino, mode }).toEqual({
      mtimeMs: before.mtimeMs,
      ctimeMs: before.ctimeMs,
      ino: before.ino,
      mode: before.mode,
    });
  });

  it('migrate shows no secret, whatever is wrong with the file, and leaves none on the disk beside the old file', async () => {
    const canaries = new Canaries();
    canaries.key('key', key.privateKey);
    canaries.mnemonic('mnemonic', mnemonic.replaceAll('test', 'zoo'));
    canaries.text('password', 'old password of the file');
    const words = { mnemonic: mnemonic.replaceAll('test', 'zoo'), chain: 'ETH', testnet: true };
    const entries = {
      [randomUUID()]: key,
      [randomUUID()]: words,
      [keys.one.privateKey]: broken,
      [randomUUID()]: [key],
    };
    const whole = encryptOld(JSON.stringify(entries), 'old password of the file');
    const variables = { TATUM_KMS_PASSWORD: 'old password of the file', CUSTOS_PASSWORD: 'new one of the store' };
    const shown: string[] = [];
    for (const text of [whole, whole.slice(0, -40), `${whole.slice(0, 200)}AAAA${whole.slice(204)}`]) {
      writeFileSync(file, text);
      for (const flags of [[], ['--json', '--skip-broken'], ['--dry-run']]) {
        const { stdout, stderr } = await run(['migrate', file, ...flags], variables);
        shown.push(stdout, stderr);
      }
    }
    expect(shown.join('')).toContain('BROKEN');
    expect(canaries.in(shown.join('\n'))).toEqual([]);
    expect(canaries.inFiles(home)).toEqual([]);
  });
});

it('kill -9 of migrate at random moments loses and doubles nothing, and the next run completes the move', async () => {
  const entries = Object.fromEntries([
    ...Array.from({ length: 300 }, () => [
      randomUUID(),
      { mnemonic: generateMnemonic(12), chain: 'ETH', testnet: true },
    ]),
    ...Array.from({ length: 1500 }, () => {
      return [randomUUID(), { ...key, privateKey: `0x${randomBytes(32).toString('hex')}` }];
    }),
  ]) as OldEntries;
  write(entries);
  const before = readFileSync(file);
  const took = await timed(() => run(['migrate', file, '--dry-run', '--json']));
  for (let round = 0; round < 4; round++) {
    const running = start(['migrate', file, '--json'], { home, env });
    await new Promise((resolve) => setTimeout(resolve, took * (0.3 + Math.random())));
    const { stdout } = await running.kill('SIGKILL');
    if (existsSync(join(home, '.custos', 'store.db'))) {
      const kept = Object.keys(await exported()).length;
      // One transaction: all of them, or none. What was reported is there.
      expect([0, 1800]).toContain(kept);
      if (stdout.includes('"imported": 1800')) expect(kept).toBe(1800);
    }
  }
  const last = await run(['migrate', file, '--json']);
  expect(last.code).toBe(0);
  const { imported, alreadyThere } = JSON.parse(last.stdout);
  expect(imported + alreadyThere).toBe(1800);
  const kept = await exported();
  expect(kept).toEqual(
    Object.fromEntries(Object.keys(entries).map((id) => [id, expect.objectContaining(entries[id]!)])),
  );
  expect(await run(['verify'])).toMatchObject({ code: 0 });
  expect(readFileSync(file).equals(before)).toBe(true);
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
