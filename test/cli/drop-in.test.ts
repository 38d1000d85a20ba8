import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { custos, makeHome, removeHome } from '../support/custos.js';
import { keys, mnemonic } from '../support/kms.js';
import { quicken } from '../support/quick-slot.js';

const env = { TATUM_KMS_PASSWORD: 'drop-in password', TATUM_API_KEY: 'drop-in key' };
const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
/** Of the test mnemonic, m/44'/60'/0'/0. */
const addresses = ['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'];
const firstKey = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
let home = '';
let hd = '';
let key = '';

const run = (args: readonly string[], input?: string) =>
  custos(args, { home, env, ...(input !== undefined && { input }) });
const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const good = (stdout: string) => ({ code: 0, stdout, stderr: '' });

beforeAll(async () => {
  home = makeHome();
  const stored = await run(['storemanagedwallet', 'ETH'], `${mnemonic}\n`);
  expect(stored.stdout).toMatch(new RegExp(`^{\n  "signatureId": "${uuid}",\n  "xpub": "xpub[1-9A-Za-z]{107}"\n}\n$`));
  expect(stored.stderr).toContain('it has no recovery key yet');
  hd = JSON.parse(stored.stdout).signatureId;
  const { privateKey } = keys.one;
  const other = await run(['storemanagedprivatekey', 'BSC', '--testnet'], privateKey);
  expect(other).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(new RegExp(`^{\n  "signatureId": "${uuid}"\n}\n$`)),
    stderr: `The secret gives ${keys.one.address} (BSC, testnet).\n`,
  });
  key = JSON.parse(other.stdout).signatureId;
  await quicken(home, env);
});
afterAll(() => removeHome(home));

describe('what scripts of Tatum KMS look for', () => {
  it('the help contains what scripts of Tatum KMS look for: its title, on one line, and the usage', async () => {
    const { stdout } = await run([]);
    expect(stdout).toContain('Tatum KMS - Key Management System for Tatum-powered apps.');
    expect(stdout).toContain('Usage');
  });

  it.each([
    ['generatewallet', 'ABC'],
    ['generatemanagedwallet', 'XYZ'],
    ['generatemanagedprivatekeybatch', 'XYZ', '2'],
  ])('an unknown chain is reported by %s as in Tatum KMS, beside the error of Custos', async (...args) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Error: Unsupported blockchain.');
    expect(stderr).toContain('CHAIN_UNKNOWN');
  });
});

describe('every command of Tatum KMS prints what scripts read', () => {
  it('generatewallet prints xpub and mnemonic, which are stored nowhere, and needs no store or password', async () => {
    const empty = makeHome();
    const ended = await custos(['generatewallet', 'ETH'], { home: empty });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(
      /^{\n {2}"xpub": "xpub[1-9A-Za-z]{107}",\n {2}"mnemonic": "([a-z]+ ){23}[a-z]+"\n}\n$/,
    );
    expect(existsSync(join(empty, '.custos'))).toBe(false);
    removeHome(empty);
  });

  it('generatemanagedwallet prints signatureId and xpub', async () => {
    const { code, stdout, stderr } = await run(['generatemanagedwallet', 'MATIC', '--testnet']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^{\n  "signatureId": "${uuid}",\n  "xpub": "xpub[1-9A-Za-z]{107}"\n}\n$`));
  });

  it('generatemanagedprivatekeybatch prints one compact line each', async () => {
    const { code, stdout, stderr } = await run(['generatemanagedprivatekeybatch', 'XDC', '3']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^({"signatureId":"${uuid}","address":"xdc[0-9a-f]{40}"}\n){3}$`));
  });

  it('getaddress prints what scripts read', async () => {
    expect(await run(['getaddress', hd, '1'])).toMatchObject(good(pretty({ address: addresses[1] })));
    expect(await run(['getaddress', hd])).toMatchObject(good(pretty({ address: addresses[0] })));
    expect(await run(['getaddress', key])).toMatchObject(good(pretty({ address: keys.one.address })));
  });

  it('getprivatekey prints the own key of a private-key wallet, whatever index is requested', async () => {
    expect(await run(['getprivatekey', hd, '0'])).toMatchObject(good(pretty({ privateKey: firstKey })));
    expect(await run(['getprivatekey', hd])).toMatchObject(good(pretty({ privateKey: firstKey })));
    expect(await run(['getprivatekey', key])).toMatchObject(good(pretty({ privateKey: keys.one.privateKey })));
    expect(await run(['getprivatekey', key, '0'])).toMatchObject(good(pretty({ privateKey: keys.one.privateKey })));
  });

  it('getmanagedwallet prints the stored entry in its old order', async () => {
    const whole = await run(['getmanagedwallet', hd]);
    const { xpub } = JSON.parse(whole.stdout);
    expect(whole).toMatchObject(good(pretty({ xpub, mnemonic, chain: 'ETH', testnet: false })));
    const { privateKey } = keys.one;
    expect(await run(['getmanagedwallet', key])).toMatchObject(
      good(pretty({ privateKey, chain: 'BSC', testnet: true })),
    );
  });

  it('export prints all wallets under their signature IDs, and `wallet import` reads them elsewhere', async () => {
    const { code, stdout, stderr } = await run(['export']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const all = JSON.parse(stdout);
    expect(stdout).toBe(pretty(all));
    expect(all[key]).toEqual({ privateKey: keys.one.privateKey, chain: 'BSC', testnet: true });
    const elsewhere = makeHome();
    const imported = await custos(['wallet', 'import'], { home: elsewhere, env, input: stdout });
    expect(imported.code).toBe(0);
    expect((await custos(['export'], { home: elsewhere, env })).stdout).toBe(stdout);
    removeHome(elsewhere);
  });

  it('report prints kinds and what is missing, as JSON that parses', async () => {
    const { code, stdout, stderr } = await run(['report', `${hd},${key},${randomUUID()},nonsense`]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      system: {
        kmsVersion: expect.stringMatching(/^\d+\.\d+\.\d+/),
        nodeVersion: process.version,
        store: { type: 'LOCAL', exists: true },
      },
      wallets: {
        [hd]: { type: 'MNEMONIC', chain: 'ETH', testnet: false },
        [key]: { type: 'PRIVATE_KEY', chain: 'BSC', testnet: true },
      },
      apiKey: 'set',
      warnings: [expect.stringContaining('is not in this store'), expect.stringContaining('"nonsense"')],
    });
    expect(Object.keys(JSON.parse(stdout))).toEqual(['system', 'wallets', 'apiKey', 'warnings']);
  });

  it('checkconfig prints NAME : value, secrets as set or not set, and always ends with 0', async () => {
    const { code, stdout, stderr } = await run(['checkconfig']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^[A-Za-z_ ]+ : .+$/);
    expect(lines).toEqual(expect.arrayContaining(['Wallet exists : true', 'Wallet store type : LOCAL']));
    expect(lines).toEqual(expect.arrayContaining(['TATUM_API_KEY : set', 'TATUM_KMS_PASSWORD : set']));
    expect(stdout).not.toContain('drop-in');
  });

  it('removewallet prints nothing, and the wallet is gone', async () => {
    const { stdout } = await run(['generatemanagedwallet', 'ETH']);
    const { signatureId } = JSON.parse(stdout);
    expect(await run(['removewallet', signatureId])).toMatchObject(good(''));
    const gone = await run(['getmanagedwallet', signatureId]);
    expect(gone).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('(WALLET_UNKNOWN)') });
  });

  it('each command takes the flags of the other commands, as scripts pass them', async () => {
    const flags = ['--apiKey=k', '--period=5', '--chain=ETH', '--runOnce', '--externalUrl=https://x.example'];
    expect(await run(['getaddress', hd, '1', ...flags])).toMatchObject(good(pretty({ address: addresses[1] })));
  });
});

describe('what the peer took, or answered with exit code 0, is an error', () => {
  it.each<readonly [string, string[], string | undefined, number, string]>([
    ['a mnemonic that is none', ['storemanagedwallet', 'ETH'], 'foo bar baz', 1, 'MNEMONIC_INVALID'],
    ['a private key that is none', ['storemanagedprivatekey', 'ETH'], 'garbage', 1, 'PRIVATE_KEY_INVALID'],
    ['a chain that is none', ['storemanagedprivatekey', 'NONSENSE'], keys.one.privateKey, 2, 'CHAIN_UNKNOWN'],
    ['a chain that is none', ['generatewallet', 'NONSENSE'], undefined, 2, 'CHAIN_UNKNOWN'],
    ['no mnemonic', ['storemanagedwallet', 'ETH'], '', 1, 'SECRET_UNSUPPORTED'],
    ['an unknown signature ID', ['getprivatekey', randomUUID(), '0'], undefined, 1, 'WALLET_UNKNOWN'],
    ['an unknown signature ID', ['getaddress', randomUUID(), '0'], undefined, 1, 'WALLET_UNKNOWN'],
    ['an unknown signature ID', ['removewallet', randomUUID()], undefined, 1, 'WALLET_UNKNOWN'],
    ['a count that is not a number', ['generatemanagedprivatekeybatch', 'ETH', 'abc'], undefined, 2, 'USAGE'],
  ])('%s: %j', async (_what, args, input, code, error) => {
    const before = (await run(['export'])).stdout;
    const ended = await run(args, input);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(
      new RegExp(`^(Error: Unsupported blockchain[.]\n)?custos: error: .*\\(${error}\\)\ncustos: hint: .+\n$`),
    );
    expect((await run(['export'])).stdout).toBe(before);
  });
});
