import { createHash, randomUUID } from 'node:crypto';
import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqlite } from '../../src/storage/sqlite/connection.js';
import { custos, type Environment, makeHome, removeHome } from '../support/custos.js';
import { fileTest } from '../support/file-test.js';
import { digestOf } from '../support/home-store.js';
import { keys, mnemonic } from '../support/kms.js';
import { quicken } from '../support/quick-slot.js';

const env = { CUSTOS_PASSWORD: 'password of bad input' };
const id = randomUUID();
const hd = randomUUID();
const key = randomUUID();
let home = '';
let store = '';

interface Case {
  readonly args: readonly string[];
  readonly input?: string;
  readonly env?: Environment;
  readonly fileBlocks?: number;
}

const run = ({ args, ...options }: Case) => custos(args, { home, ...options, env: { ...env, ...options.env } });
const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

beforeAll(async () => {
  home = makeHome();
  store = join(home, '.custos', 'store.db');
  const wallets = {
    [hd]: { mnemonic, chain: 'ETH', testnet: false },
    [key]: { privateKey: keys.one.privateKey, chain: 'ETH', testnet: false },
  };
  expect(await run({ args: ['wallet', 'import'], input: JSON.stringify(wallets) })).toMatchObject({ code: 0 });
  await quicken(home, env);
});
afterAll(() => removeHome(home));

async function expectRefused(bad: Case, code: string, exit: number): Promise<string> {
  const before = await digestOf(home);
  const { stdout, stderr, ...ended } = await run(bad);
  expect({ code: ended.code, stdout }).toEqual({ code: exit, stdout: '' });
  expect(stderr).toMatch(new RegExp(`^custos: error: .*\\(${code}\\)\ncustos: hint: .+\n$`));
  // To the byte: not even a page was touched.
  expect(await digestOf(home)).toBe(before);
  return stderr;
}

const imported = (...entries: Record<string, unknown>[]): Case => ({
  args: ['wallet', 'import'],
  input: entries.map((entry) => JSON.stringify(entry)).join('\n'),
});
const one = (args: string[], input: string): Case => ({ args: ['wallet', 'import', ...args], input });
const zeros = '0'.repeat(64);
/** The order of secp256k1's group (SEC 2, 2.4.1), which is no key any more. */
const order = '0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141';
const words = mnemonic.split(' ');

const refusals: readonly (readonly [what: string, bad: Case, code: string, exit: number, text?: RegExp])[] = [
  ['a wrong password', { args: ['wallet', 'list'], env: { CUSTOS_PASSWORD: 'wrong' } }, 'PASSWORD_WRONG', 1],
  [
    'a wrong password for a new wallet',
    { args: ['wallet', 'create', 'ETH'], env: { CUSTOS_PASSWORD: 'wrong' } },
    'PASSWORD_WRONG',
    1,
  ],
  [
    'a wrong password for removing',
    { args: ['removewallet', key], env: { CUSTOS_PASSWORD: 'wrong' } },
    'PASSWORD_WRONG',
    1,
  ],
  [
    'a wrong password to change',
    { args: ['password', 'change'], env: { CUSTOS_PASSWORD: 'wrong', CUSTOS_NEW_PASSWORD: 'x' } },
    'PASSWORD_WRONG',
    1,
  ],
  ['no new password', { args: ['password', 'change'] }, 'PASSWORD_MISSING', 2, /CUSTOS_NEW_PASSWORD/],
  [
    'a recovery key that is none',
    { args: ['password', 'recover'], env: { CUSTOS_RECOVERY_KEY: 'AAAA', CUSTOS_NEW_PASSWORD: 'x' } },
    'RECOVERY_KEY_INVALID',
    1,
  ],
  ['a store that exists', { args: ['init'] }, 'STORE_EXISTS', 1],
  ['an unknown chain', { args: ['wallet', 'create', 'NONSENSE'] }, 'CHAIN_UNKNOWN', 2],
  ['eleven words', one(['ETH'], words.slice(1).join(' ')), 'MNEMONIC_INVALID', 1, /has 11/],
  ['a word that is none', one(['ETH'], ['tst', ...words.slice(1)].join(' ')), 'MNEMONIC_INVALID', 1, /word 1/],
  ['words in the wrong order', one(['ETH'], [...words].reverse().join(' ')), 'MNEMONIC_INVALID', 1, /checksum/],
  ['a private key that is too short', one(['ETH'], keys.one.privateKey.slice(0, -2)), 'PRIVATE_KEY_INVALID', 1],
  ['a private key that is too long', one(['ETH'], `${keys.one.privateKey}00`), 'PRIVATE_KEY_INVALID', 1],
  ['a private key that is not a number', one(['ETH'], `0x${'g'.repeat(64)}`), 'PRIVATE_KEY_INVALID', 1],
  ['the private key 0', one(['ETH'], `0x${zeros}`), 'PRIVATE_KEY_INVALID', 1],
  ['a private key of the curve order', one(['ETH'], order), 'PRIVATE_KEY_INVALID', 1],
  ['a private key with a mark', one(['ETH', '--private-key'], mnemonic), 'PRIVATE_KEY_INVALID', 1],
  [
    'a key of another address',
    one(['ETH', '--address', keys.other.address], keys.one.privateKey),
    'ADDRESS_MISMATCH',
    1,
  ],
  ['a mnemonic of another xpub', one(['ETH', '--address', `xpub${'1'.repeat(107)}`], mnemonic), 'ADDRESS_MISMATCH', 1],
  [
    'an address with a wrong checksum',
    one(['ETH', '--address', '0x2C7536e3605d9c16a7a3d7b1898e529396a65c23'], keys.one.privateKey),
    'ADDRESS_INVALID',
    1,
  ],
  [
    'a signature ID that is none',
    one(['ETH', '--signature-id', 'mine'], keys.one.privateKey),
    'SIGNATURE_ID_INVALID',
    2,
  ],
  [
    'a signature ID of another secret',
    one(['ETH', '--signature-id', key], keys.other.privateKey),
    'SIGNATURE_ID_EXISTS',
    1,
  ],
  ['no secret', one(['ETH'], ''), 'SECRET_UNSUPPORTED', 1],
  ['an empty import', { args: ['wallet', 'import'], input: '' }, 'IMPORT_INVALID', 1],
  ['an import that is not JSON', { args: ['wallet', 'import'], input: 'a,b,c' }, 'IMPORT_INVALID', 1, /line 1/],
  [
    'half an import',
    { args: ['wallet', 'import'], input: `{"${id}": {"mnemonic": "${mnemonic}"` },
    'IMPORT_INVALID',
    1,
  ],
  ['an entry without a chain', imported({ signatureId: id, mnemonic }), 'CHAIN_UNKNOWN', 2],
  [
    'an entry with two private keys',
    imported({ signatureId: id, secret: keys.one.privateKey, privateKey: keys.one.privateKey, chain: 'ETH' }),
    'SECRET_UNSUPPORTED',
    1,
  ],
  [
    'an entry with a mnemonic and a private key that is not its first',
    imported({ signatureId: id, mnemonic, privateKey: `0x${'11'.repeat(32)}`, chain: 'ETH' }),
    'ADDRESS_MISMATCH',
    1,
  ],
  ['an entry with no secret', imported({ signatureId: id, chain: 'ETH' }), 'SECRET_UNSUPPORTED', 1],
  [
    'an entry whose testnet is a text',
    imported({ signatureId: id, mnemonic, chain: 'ETH', testnet: 'yes' }),
    'IMPORT_INVALID',
    1,
  ],
  [
    'a signature ID twice',
    imported({ signatureId: id, mnemonic, chain: 'ETH' }, { signatureId: id, mnemonic, chain: 'ETH' }),
    'IMPORT_INVALID',
    1,
  ],
  [
    'one bad entry among good ones',
    imported({ signatureId: id, mnemonic, chain: 'ETH' }, { signatureId: randomUUID(), mnemonic: 'foo', chain: 'ETH' }),
    'MNEMONIC_INVALID',
    1,
  ],
  ['an unknown signature ID', { args: ['wallet', 'show', id] }, 'WALLET_UNKNOWN', 1],
  ['an unknown signature ID', { args: ['wallet', 'export', key, id] }, 'WALLET_UNKNOWN', 1],
  ['an index of 2^31', { args: ['wallet', 'address', hd, '2147483648'] }, 'INDEX_INVALID', 2],
  ['an index of -1', { args: ['getaddress', hd, '--', '-1'] }, 'INDEX_INVALID', 2],
  ['an index that is not a number', { args: ['getprivatekey', hd, 'first'] }, 'INDEX_INVALID', 2],
  ['no index for a mnemonic', { args: ['wallet', 'address', hd] }, 'INDEX_MISSING', 1],
  ['an index for a private key', { args: ['wallet', 'address', key, '0'] }, 'INDEX_UNEXPECTED', 1],
  ['an unknown transaction', { args: ['transaction', 'retry', 'nowhere'] }, 'PENDING_UNKNOWN', 1],
  ['a backup onto a file that exists', { args: ['backup', '/dev/null'] }, 'BACKUP_EXISTS', 1],
  ['a backup that is none', { args: ['restore', '/dev/null', '--store', '/tmp/custos-never.db'] }, 'BACKUP_INVALID', 1],
];

describe('refused, with nothing changed:', () => {
  it.each(refusals.map(([what, bad, code, exit, text = /./]) => ({ what, bad, code, exit, text })))(
    '$what',
    async ({ bad, code, exit, text }) => {
      expect(await expectRefused(bad, code, exit)).toMatch(text);
    },
  );

  it('every bad entry is named at once', async () => {
    const ids = [randomUUID(), randomUUID()];
    const bad = ids.map((signatureId) => ({ signatureId, privateKey: '0x1', chain: 'ETH' }));
    const stderr = await expectRefused(
      imported(...bad, { signatureId: id, mnemonic, chain: 'ETH' }),
      'IMPORT_INVALID',
      1,
    );
    expect(stderr).toContain('2 of 3 wallets');
    for (const one of ids) expect(stderr).toContain(one);
  });

  fileTest('its disk is that of the server')('a full disk', async () => {
    const count = { args: ['wallet', 'create', 'ETH', '--private-key', '--count', '3000'], fileBlocks: 200 };
    const { code, stdout, stderr } = await run(count);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('(STORE_FULL)') });
    // What was printed is there, which the hint does not deny, and the store is whole.
    expect(stderr).toContain('what was reported before is kept');
    const listed = (await run({ args: ['wallet', 'list', '--json'] })).stdout;
    for (const line of stdout.trim().split('\n')) expect(listed).toContain(JSON.parse(line).signatureId);
    expect(await run({ args: ['verify'] })).toMatchObject({ code: 0 });
  });

  it('a directory that takes no file', async () => {
    const { code, stderr } = await run({ args: ['init', '--store', '/sys/custos/store.db'] });
    expect(code).toBe(1);
    expect(stderr).toMatch(/\((STORE_READ_ONLY|STORE_UNREACHABLE)\)/);
  });
});

describe('an import of what is there already', () => {
  it('importing existing wallets is not an error and adds nothing', async () => {
    const before = (await run({ args: ['export'] })).stdout;
    const again = await run({ args: ['wallet', 'import'], input: before });
    expect(again).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^0 wallets added, \d+ were there already\.\n$/),
    });
    expect((await run({ args: ['export'] })).stdout).toBe(before);
  });
});

describe('a store file that is not what it was is refused by every command, and left as it is:', () => {
  const spoilt: readonly (readonly [string, string, (path: string) => void])[] = [
    ['empty', 'STORE_DAMAGED', (path) => truncateSync(path, 0)],
    ['cut off', 'STORE_DAMAGED', (path) => truncateSync(path, 20_000)],
    [
      'foreign',
      'STORE_FOREIGN',
      (path) => writeFileSync(path, 'a text of another program, long enough to be looked at'),
    ],
    ['a wallet.dat', 'STORE_FOREIGN', (path) => writeFileSync(path, `U2FsdGVkX1${'A'.repeat(300)}`)],
    ['newer', 'STORE_NEWER', (path) => setFormat(path, 99)],
  ];
  const commands = [
    ['wallet', 'list'],
    ['export'],
    ['wallet', 'create', 'ETH'],
    ['verify'],
    ['daemon', '--runOnce', '--testnet'],
  ];

  fileTest('there is no store file').each(spoilt)('%s', async (name, code, spoil) => {
    const copy = join(home, `${name.replaceAll(' ', '-')}.db`);
    cpSync(store, copy);
    await spoil(copy);
    const before = digest(copy);
    for (const args of commands) {
      const ended = await run({
        args: [...args, '--store', copy],
        env: { CUSTOS_API_KEY: 'x', CUSTOS_CLOUD_URL: 'http://127.0.0.1:9' },
      });
      expect({ args, code: ended.code, stdout: ended.stdout }).toEqual({ args, code: 1, stdout: '' });
      expect(ended.stderr).toMatch(new RegExp(`custos: error: .*\\(${code}\\)\ncustos: hint: .+\n$`));
    }
    expect(digest(copy)).toBe(before);
  });
});

async function setFormat(path: string, format: number): Promise<void> {
  const database = await openSqlite(path);
  database.exec(`UPDATE meta SET value = '${format}' WHERE key = 'format'`);
  database.close();
}
