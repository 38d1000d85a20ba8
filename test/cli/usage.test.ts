import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.js';
import { tatumCommands } from '../../src/cli/tatum-commands.js';
import { errorKinds } from '../../src/index.js';
import { custos, type Environment, makeHome, removeHome } from '../support/custos.js';
import { quicken } from '../support/quick-slot.js';

const all = [...commands, ...tatumCommands];
let home = '';
const run = (args: readonly string[], env: Environment = {}) => custos(args, { home, env });
const password = { CUSTOS_PASSWORD: 'password of usage' };

beforeAll(async () => {
  home = makeHome();
  expect(await run(['init'], password)).toMatchObject({ code: 0 });
  await quicken(home, password);
});
afterAll(() => removeHome(home));

describe('help', () => {
  it('every command has help on standard output, with exit code 0', async () => {
    const lanes = [0, 1, 2, 3].map(async (lane) => {
      for (const { path, about, options } of all.filter((_, at) => at % 4 === lane)) {
        const { code, stdout, stderr } = await run([...path.split(' '), '--help']);
        expect({ path, code, stderr }).toEqual({ path, code: 0, stderr: '' });
        expect(stdout).toContain(`Usage: custos ${path}`);
        expect(stdout).toContain(about.slice(0, 20));
        for (const { flags, hidden } of options) expect(stdout.includes(flags.split(' ')[0]!)).toBe(!hidden);
      }
    });
    await Promise.all(lanes);
  });

  it('the help of the whole program names every command', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const { path } of all) expect(stdout).toMatch(new RegExp(`^ {2}${path.split(' ')[0]}\\b`, 'm'));
    expect(await run([])).toMatchObject({ code: 0, stdout });
  });

  it('the help of a noun names its verbs', async () => {
    const { stdout } = await run(['wallet', '--help']);
    for (const verb of ['create', 'import', 'list', 'show', 'address', 'export', 'remove'])
      expect(stdout).toContain(verb);
  });

  it('the version is one line', async () => {
    expect(await run(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    });
  });
});

describe('misuse ends with 2, an error and a hint, and nothing on standard output', () => {
  it.each<readonly [string, string[], string]>([
    ['an unknown command', ['nonsense'], 'USAGE'],
    ['a noun without a verb', ['wallet'], 'USAGE'],
    ['an unknown verb', ['wallet', 'burn'], 'USAGE'],
    ['a missing argument', ['wallet', 'create'], 'USAGE'],
    ['a missing argument of a drop-in command', ['generatemanagedwallet'], 'USAGE'],
    ['an argument too many', ['wallet', 'show', 'a', 'b'], 'USAGE'],
    ['an unknown flag', ['wallet', 'list', '--nonsense'], 'USAGE'],
    ['a flag without its value', ['wallet', 'list', '--store'], 'USAGE'],
    ['a count of 0', ['wallet', 'create', 'ETH', '--count', '0'], 'USAGE'],
    ['a count that is not a number', ['wallet', 'create', 'ETH', '--count', 'ten'], 'USAGE'],
    ['a count of 1.5', ['generatemanagedprivatekeybatch', 'ETH', '1.5'], 'USAGE'],
    ['no count', ['generatemanagedprivatekeybatch', 'ETH'], 'USAGE'],
    ['a state that does not exist', ['transaction', 'list', '--state', 'lost'], 'USAGE'],
    ['an unknown chain', ['wallet', 'create', 'DOGECOIN'], 'CHAIN_UNKNOWN'],
    ['no signature ID', ['wallet', 'show', 'x'], 'SIGNATURE_ID_INVALID'],
    ['two password sources', ['wallet', 'list', '--aws', '--vgs'], 'CONFIG_INVALID'],
    ['a file of settings that is not there', ['wallet', 'list', '--envFile', '/no/such/file'], 'CONFIG_INVALID'],
    ['an unknown log level', ['wallet', 'list', '--log-level', 'loud'], 'CONFIG_INVALID'],
    ['a database that is not supported', ['wallet', 'list', '--store', 'mysql://u:concealed@h/d'], 'STORE_UNSUPPORTED'],
    ['a gateway without a node', ['gateway'], 'API_KEY_MISSING'],
  ])('%s', async (_what, args, code) => {
    const { stdout, stderr, ...ended } = await run(args, password);
    expect({ code: ended.code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^custos: error: .*\\(${code}\\)\ncustos: hint: .+\n$`, 'm'));
    expect(stderr).not.toContain('concealed');
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(errorKinds[code as keyof typeof errorKinds].exit).toBe(2);
  });
});

describe('several mistakes', () => {
  it('several mistakes are reported at once: a line with its code for each, then one hint', async () => {
    const flags = ['--period=soon', '--chain=NOPE', '--password-file=/a', '--password-file=/b', '--node=ETH=ftp://x'];
    const { code, stdout, stderr } = await run(['daemon', '--testnet', ...flags], { CUSTOS_HEALTH_PORT: 'x' });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const lines = stderr.trimEnd().split('\n');
    expect(lines.slice(0, -1).sort()).toEqual([
      expect.stringMatching(/^custos: error: --chain: .*NOPE.* \(CHAIN_UNKNOWN\)$/),
      expect.stringMatching(/^custos: error: --node ETH: .* \(URL_INVALID\)$/),
      'custos: error: --password-file is given more than once: /a and /b (CONFIG_INVALID)',
      expect.stringMatching(/^custos: error: --period takes a number .* \(CONFIG_INVALID\)$/),
      expect.stringMatching(/^custos: error: CUSTOS_HEALTH_PORT takes a number .* \(CONFIG_INVALID\)$/),
      expect.stringMatching(/^custos: error: no API key .* \(API_KEY_MISSING\)$/),
    ]);
    expect(lines.at(-1)).toMatch(/^custos: hint: ./);
  });

  it('several mistakes of a one-shot command are also reported at once', async () => {
    const { code, stderr } = await run([
      'wallet',
      'create',
      'ETH',
      '--count=0',
      '--label=a',
      '--label=b',
      '--aws',
      '--vgs',
    ]);
    expect(code).toBe(2);
    expect(stderr.match(/^custos: error: /gm)).toHaveLength(3);
  });
});

describe('flags', () => {
  it.each([['--testnet'], ['--testnet=true']])('%s makes a wallet of the test network', async (flag) => {
    const { stdout } = await run(['generatemanagedwallet', 'ETH', flag], password);
    const shown = await run(['wallet', 'show', JSON.parse(stdout).signatureId], password);
    expect(JSON.parse(shown.stdout)).toMatchObject({ testnet: true });
  });

  it('--testnet=false is mainnet', async () => {
    const { stdout } = await run(['generatemanagedwallet', 'ETH', '--testnet=false'], password);
    expect(JSON.parse((await run(['wallet', 'show', JSON.parse(stdout).signatureId], password)).stdout)).toMatchObject({
      testnet: false,
    });
  });

  it('flags are understood in both spellings, with = and with a space', async () => {
    const file = join(home, 'settings');
    writeFileSync(file, 'TATUM_API_URL=https://cloud.example\n');
    for (const spelling of [[`--envFile=${file}`], ['--envFile', file]]) {
      const { stdout } = await run(['checkconfig', ...spelling]);
      expect(stdout).toContain('TATUM_API_URL : https://cloud.example\n');
      expect(stdout).toContain(`Environment vars file : ${file}\n`);
    }
    for (const spelling of ['--apiKey=k', '--api-key=k']) {
      const { stdout } = await run(['doctor', '--testnet', '--offline', spelling]);
      expect(stdout).toMatch(/^OK +cloud /m);
    }
  });

  it('--path and --store name the same thing, and --store wins', async () => {
    for (const flag of ['--path=/tmp/p.db', '--store=/tmp/p.db']) {
      expect((await run(['checkconfig', flag])).stdout).toContain('Wallet file path : /tmp/p.db\n');
    }
    const { stdout } = await run(['checkconfig', '--path=/tmp/p.db', '--store=/tmp/s.db'], {
      CUSTOS_STORE: '/tmp/e.db',
    });
    expect(stdout).toContain('Wallet file path : /tmp/s.db\n');
  });
});

describe('settings', () => {
  it('a CUSTOS_ variable overrides a TATUM_ variable, and a flag overrides both', async () => {
    const both = { CUSTOS_CLOUD_URL: 'https://one.example', TATUM_API_URL: 'https://other.example' };
    const url = async (args: string[], env: Environment) =>
      /cloud +(https:\/\/[a-z]+\.example)/.exec(
        (await run(['doctor', '--offline', '--api-key=k', ...args], env)).stdout,
      )?.[1];
    expect(await url([], both)).toBe('https://one.example');
    expect(await url([], { TATUM_API_URL: 'https://other.example' })).toBe('https://other.example');
    expect(await url(['--cloud-url=https://flag.example'], both)).toBe('https://flag.example');
  });

  it('the password comes from CUSTOS_PASSWORD, then TATUM_KMS_PASSWORD, then a file', async () => {
    const file = join(home, 'password');
    writeFileSync(file, 'password of usage\nsecond line\n', { mode: 0o600 });
    const list = (env: Environment, ...flags: string[]) => run(['wallet', 'list', '--json', ...flags], env);
    expect(await list({ CUSTOS_PASSWORD: 'password of usage', TATUM_KMS_PASSWORD: 'wrong' })).toMatchObject({
      code: 0,
    });
    expect(await list({ CUSTOS_PASSWORD: 'wrong', TATUM_KMS_PASSWORD: 'password of usage' })).toMatchObject({
      code: 1,
    });
    expect(await list({ TATUM_KMS_PASSWORD: 'password of usage' })).toMatchObject({ code: 0 });
    expect(await list({}, `--password-file=${file}`)).toMatchObject({ code: 0, stderr: '' });
    expect(await list({ CUSTOS_PASSWORD_FILE: file })).toMatchObject({ code: 0 });
    expect(await list({}, '--password-file=/no/such/file')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('(PASSWORD_SOURCE)'),
    });
  });

  it('a password file that others may read is used with a warning', async () => {
    const file = join(home, 'open-password');
    writeFileSync(file, 'password of usage\n', { mode: 0o644 });
    const { code, stderr } = await run(['wallet', 'list', `--password-file=${file}`]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(`chmod 600 ${file}`) });
  });

  it('settings of ~/.tatumrc/.env are read automatically, and the environment overrides them', async () => {
    mkdirSync(join(home, '.tatumrc'));
    writeFileSync(
      join(home, '.tatumrc', '.env'),
      'TATUM_KMS_PASSWORD=password of usage\nTATUM_API_KEY="from the file"\n',
    );
    expect(await run(['wallet', 'list'])).toMatchObject({ code: 0 });
    expect(await run(['wallet', 'list'], { TATUM_KMS_PASSWORD: 'wrong' })).toMatchObject({ code: 1 });
    expect((await run(['checkconfig'])).stdout).toContain('TATUM_API_KEY : set\n');
  });
});
