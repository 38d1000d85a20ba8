import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemonProblems, gatewayProblems } from '../../../src/app/config/check.js';
import { examineConfig, readConfig, repeatable } from '../../../src/app/config/config.js';
import { problemsOf } from '../../../src/app/config/problem.js';
import { flagName, SettingsReader } from '../../../src/app/config/reader.js';
import { settings } from '../../../src/app/config/settings.js';
import { readContracts } from '../../../src/app/gateway/contracts.js';
import { createRegistry } from '../../../src/chains/registry.js';
import { commands } from '../../../src/cli/commands.js';
import { parseArguments } from '../../../src/cli/program.js';
import type { CommandSpec } from '../../../src/cli/spec.js';
import { tatumCommands } from '../../../src/cli/tatum-commands.js';
import { CustosError } from '../../../src/core/errors.js';
import { parseChainId } from '../../../src/core/ids.js';

const source = fileURLToPath(new URL('../../../src', import.meta.url));
const chains = createRegistry();
let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'custos-config-'));
  mkdirSync(join(home, '.tatumrc'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const texts = (problems: readonly { readonly text: string }[]) => problems.map(({ text }) => text);

function thrownBy(work: () => unknown): CustosError {
  try {
    work();
  } catch (error) {
    if (error instanceof CustosError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the configuration', () => {
  it('an empty CUSTOS_NEEDS is refused, because a script that did not fill it would switch approvals off', () => {
    expect(thrownBy(() => readConfig({}, { CUSTOS_NEEDS: '' }, home)).message).toBe(
      'CUSTOS_NEEDS is empty; leave it out if nothing needs an approval',
    );
  });

  it.each([
    [{ needs: '1 of risk, 1 of risk' }, '--needs names the group risk twice'],
    [{ needs: 'two of risk' }, '--needs takes demands like "2 of treasury", separated by commas'],
  ])('the configuration refuses the demands %j', (flags, text) => {
    expect(thrownBy(() => readConfig(flags, {}, home)).message).toBe(text);
  });

  it.each([
    ...Object.values(settings).flatMap((setting) => ('flag' in setting ? [setting.flag] : [])),
    'path',
    'envFile',
  ])('the configuration refuses an empty %s, because another one would be used in its place', (flag) => {
    for (const given of ['', ['']]) {
      const { message } = thrownBy(() => readConfig({ [flag]: given }, {}, home));
      expect(message).toBe(`${flagName(flag)} is empty; leave it out if it is to name nothing`);
    }
  });

  it.each([
    [{ chain: '' }, '--chain'],
    [{ wallets: ' , ' }, '--wallets'],
    [{ transactionIds: ',' }, '--transaction-ids'],
    [{ fromNetwork: '' }, '--from-network'],
    [{ tag: '' }, '--tag'],
  ])(
    'the configuration refuses %j, because a daemon that serves nothing looks like one that has nothing to do',
    (flags, from) => {
      expect(thrownBy(() => readConfig(flags, {}, home)).message).toBe(
        `${from} is empty; leave it out if it is to limit nothing`,
      );
      expect(readConfig({ allowForeignKey: '' }, {}, home).problems).toEqual([]);
    },
  );

  it('the configuration names every mistake at once, each with its code and the flag or variable', () => {
    const flags = { period: 'soon', signers: '0', wallets: 'x,y', chainId: ['ETH=x', 'BSC'], logLevel: 'loud' };
    const error = thrownBy(() => readConfig(flags, { CUSTOS_HEALTH_PORT: '70000' }, home));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', kind: { exit: 2 } });
    const found = problemsOf(error).map(({ setting, code }) => `${setting} ${code}`);
    expect(found.sort()).toEqual([
      '--chain-id CONFIG_INVALID',
      '--chain-id CONFIG_INVALID',
      '--log-level CONFIG_INVALID',
      '--period CONFIG_INVALID',
      '--signers CONFIG_INVALID',
      '--wallets CONFIG_INVALID',
      '--wallets CONFIG_INVALID',
      'CUSTOS_HEALTH_PORT CONFIG_INVALID',
    ]);
    for (const { setting, text } of problemsOf(error)) expect(text).toContain(setting);
  });

  it('a mistake of a command gets the code of the mistake', () => {
    expect(thrownBy(() => readConfig({ count: '0' }, {}, home))).toMatchObject({ code: 'USAGE' });
    expect(thrownBy(() => readConfig({ signatureId: 'x' }, {}, home))).toMatchObject({ code: 'SIGNATURE_ID_INVALID' });
    expect(thrownBy(() => readConfig({ state: 'lost' }, {}, home))).toMatchObject({ code: 'USAGE' });
  });

  it('the configuration of a daemon also names mistakes that only chains, URLs and files show, and what is missing', () => {
    const flags = {
      period: 'soon',
      chain: 'NOPE',
      node: ['ETH=ftp://x', 'FOO=http://127.0.0.1:1'],
      feeCeiling: ['ETH=much', 'BTC=1'],
      allowHazard: ['ETH:nothing'],
      cloudUrl: 'nowhere',
      cloudHeaderFile: '/no/such/file',
    };
    const environment = { HTTPS_PROXY: 'socks5://x', HTTP_PROXY: 'ftp://x' };
    const problems = daemonProblems(examineConfig(flags, environment, home), chains);
    for (const [what, code] of [
      ['--period', 'CONFIG_INVALID'],
      ['NOPE', 'CHAIN_UNKNOWN'],
      ['FOO', 'CHAIN_UNKNOWN'],
      ['--node ETH', 'URL_INVALID'],
      ['--fee-ceiling', 'CONFIG_INVALID'],
      ['--allow-hazard', 'CONFIG_INVALID'],
      ['--cloud-url', 'URL_INVALID'],
      ['--cloud-header-file', 'CONFIG_INVALID'],
      ['HTTPS_PROXY', 'CONFIG_INVALID'],
      ['HTTP_PROXY', 'CONFIG_INVALID'],
      ['four-eye', 'FOUR_EYE_MISSING'],
      ['API key', 'API_KEY_MISSING'],
    ]) {
      expect(problems).toContainEqual(expect.objectContaining({ code, text: expect.stringContaining(what!) }));
    }
    expect(problems).toHaveLength(12);
  });

  it('the site of passkeys of a server is a domain, and pages to which browsers let it have them', () => {
    const site = (rpId: unknown, ...origins: readonly string[]) =>
      examineConfig({ serve: true, testnet: true, rpId, rpOrigin: origins.join(',') }, {}, home);
    const good = 'https://shop.example.com,https://app.shop.example.com:8443, android:apk-key-hash:'.concat(
      'a'.repeat(43),
    );
    expect(site('shop.example.com', good)).toMatchObject({
      problems: [],
      serve: { relyingParty: { rpId: 'shop.example.com', origins: good.split(',').map((one) => one.trim()) } },
    });
    expect(site('localhost', 'http://localhost:5173').problems).toEqual([]);
    for (const rpId of [
      'https://shop.example.com',
      'Shop.example.com',
      '127.0.0.1',
      '-a',
      'a b',
      `${'a'.repeat(64)}.com`,
    ]) {
      expect(texts(site(rpId, `https://${rpId}`).problems)).toContainEqual(expect.stringContaining('--rp-id takes'));
    }
    for (const origin of [
      ...[
        'http://shop.example.com',
        'https://shop.example.com/',
        'https://shop.example.com:443',
        'https://SHOP.example.com',
      ],
      ...['https://evilshop.example.com', 'https://example.com', 'shop.example.com', 'null', 'android:apk-key-hash:a'],
    ]) {
      const found = texts(site('shop.example.com', 'https://shop.example.com', origin).problems);
      expect({ origin, found }).toEqual({ origin, found: [expect.stringContaining('--rp-origin takes')] });
    }
    for (const flags of [
      { rpId: 'a.com' },
      { rpOrigin: 'https://a.com' },
      { rpId: '', rpOrigin: '' },
      { rpId: 'a.com', rpOrigin: '' },
    ]) {
      const { problems } = examineConfig({ serve: true, testnet: true, ...flags }, {}, home);
      expect(texts(problems)).toContainEqual(expect.stringContaining('go together'));
    }
  });

  it('the configuration of a gateway also names every mistake', () => {
    const flags = { port: '70000', unclaimedAfter: '0', allowMethod: ['ETH', 'BSC=x'], queue: 'postgres://h/d' };
    const problems = texts(gatewayProblems(examineConfig(flags, {}, home), chains));
    for (const part of [
      '--port',
      '--unclaimed-after',
      'is not CHAIN=METHOD',
      'no --node for BSC',
      'at least one --node',
    ])
      expect(problems.join('\n')).toContain(part);
    expect(problems.at(-1)).toContain('no key for the gateway');
  });

  it('what a gateway hears about contracts is checked at its start', () => {
    const file = join(home, 'code.hex');
    writeFileSync(file, '0x6001zz');
    const flags = {
      node: ['ETH=http://127.0.0.1:1', 'LTC=http://127.0.0.1:2'],
      currency: ['ETH:USDT', 'ETH:BTC=0xdac17f958d2ee523a2206206994597c13d831ec7,6', 'ETH:USDC=0x12,6', 'LTC:X=0x1,6'],
      walletFactory: ['ETH', 'BSC=0xdac17f958d2ee523a2206206994597c13d831ec7'],
      contract: ['coin=/etc/hosts', 'nft=/nowhere', `token=${file}`],
    };
    const problems = texts(gatewayProblems(examineConfig(flags, {}, home), chains)).join('\n');
    for (const part of [
      '--currency "ETH:USDT" is not CHAIN:NAME=ADDRESS,DECIMALS',
      'ETH has another currency of this name',
      '0x12',
      '"ETH" is not CHAIN=ADDRESS',
      'there is no --node of a chain with contracts called "BSC"',
      'is not NAME=FILE, with each name once, of: token, nft, multitoken',
      'nft=/nowhere: /nowhere cannot be read (it does not exist)',
      'does not hold creation code',
    ])
      expect(problems).toContain(part);
    writeFileSync(file, '0x6001\n');
    const good = {
      node: 'ETH=http://127.0.0.1:1',
      currency: 'ETH:USDT=0xdac17f958d2ee523a2206206994597c13d831ec7,6',
      contract: `nft=${file}`,
    };
    const settings = readContracts(new SettingsReader({}, {}), examineConfig(good, {}, home), chains);
    expect(settings.codes.get('nft')).toBe('0x6001');
    expect(settings.tokens.get(parseChainId('ETH'))?.get('USDT')?.decimals).toBe(6);
  });

  it('the configuration is completely frozen', () => {
    const config = readConfig({ node: 'ETH=http://127.0.0.1:1', chain: 'ETH' }, {}, home);
    const walk = (value: unknown, path: string): string[] => {
      if (typeof value !== 'object' || value === null || value instanceof Map || value instanceof Set) return [];
      const open = Object.isFrozen(value) ? [] : [path];
      return [...open, ...Object.entries(value).flatMap(([key, part]) => walk(part, `${path}.${key}`))];
    };
    expect(walk(config, 'config')).toEqual([]);
  });

  it('the configuration shows no secret when it is inspected', () => {
    const environment = {
      CUSTOS_PASSWORD: 'planted-1',
      CUSTOS_API_KEY: 'planted-2',
      CUSTOS_NEW_PASSWORD: 'planted-3',
      CUSTOS_RECOVERY_KEY: 'planted-4',
      CUSTOS_FOUR_EYE_SECRET: 'planted-5',
      CUSTOS_GATEWAY_API_KEY: 'planted-6',
      CUSTOS_OLD_PASSWORD: 'planted-7',
      TATUM_KMS_AWS_SECRET_ACCESS_KEY: 'planted-8',
      AZURE_CLIENT_SECRET: 'planted-9',
    };
    const config = readConfig({ apiKey: 'planted-0' }, environment, home);
    for (const shown of [inspect(config, { depth: 9 }), JSON.stringify(config)]) expect(shown).not.toContain('planted');
    expect(config.secrets.copy('password')?.exposeText()).toBe('planted-1');
    expect(config.secrets.copy('apiKey')?.exposeText()).toBe('planted-0');
  });
});

describe('a flag that takes one value', () => {
  const all: readonly CommandSpec[] = [...commands, ...tatumCommands];
  const single = all.flatMap(({ path, args = '', options }) =>
    options
      .filter(({ flags, many }) => flags.includes('<') && many !== true)
      .map(({ flags }) => ({ path, args, flags })),
  );
  const argumentsOf = (args: string) =>
    args === '' ? [] : args.split(' ').flatMap((arg) => (arg[0] === '<' ? ['1'] : []));
  const problemsFor = async (argv: readonly string[]) =>
    texts(examineConfig((await parseArguments(argv, '0.0.0'))?.flags ?? {}, {}, home).problems);

  it('a flag for one value gives an error with both values when it is given twice, for every command and flag', async () => {
    expect(single.length).toBeGreaterThan(200);
    for (const { path, args, flags } of single) {
      const name = flags.split(' ')[0]!;
      const argv = [...path.split(' '), ...argumentsOf(args), name, 'one', name, 'two'];
      const about = (await problemsFor(argv)).filter((text) => text.includes('more than once'));
      const values = name === '--api-key' ? 'its values are not shown' : 'one and two';
      expect({ path, about }).toEqual({ path, about: [`${name} is given more than once: ${values}`] });
    }
  });

  it('both spellings of a flag for one value are the same flag', async () => {
    expect((await problemsFor(['daemon', '--externalUrl=a', '--external-url', 'b'])).join()).toContain('a and b');
    expect((await problemsFor(['daemon', '--apiKey=hidden-1', '--api-key=hidden-2'])).join()).not.toContain('hidden');
  });

  it('a flag with two addresses shows only their hosts', async () => {
    const [text] = await problemsFor([
      'verify',
      '--store=postgres://u:planted@one/d',
      '--store=postgres://u:planted@two/d',
    ]);
    expect(text).toBe('--store is given more than once: postgres://one and postgres://two');
  });

  it('flags that may be repeated are in one list', () => {
    const many = all.flatMap(({ options }) => options.filter((option) => option.many === true));
    const names = many.map(({ flags }) => flags.slice(2).split(' ')[0]!);
    const camel = names.map((name) => name.replace(/-[a-z]/g, (part) => part.slice(1).toUpperCase()));
    expect(new Set(camel)).toEqual(repeatable);
  });
});

describe('a flag that takes a value for each chain', () => {
  it.each([
    [{ node: ['ETH=http://one/a', 'eth=http://two/b'] }, '--node names ETH twice: http://one and http://two'],
    [{ chainId: ['ETH=1', 'ETH=2'] }, '--chain-id names ETH twice: 1 and 2'],
    [{ confirmations: ['ETH=1,ETH=2'] }, '--confirmations names ETH twice: 1 and 2'],
    [{ confirmations: ['3', '5'] }, '--confirmations names two numbers for all chains: 3 and 5'],
    [{ feeCeiling: ['ETH=1', 'eth=2'] }, '--fee-ceiling ETH=1 and eth=2 limit the same fee'],
    [{ feeCeiling: ['CELO:CUSD=1', 'CELO:cusd=2'] }, '--fee-ceiling CELO:CUSD=1 and CELO:cusd=2 limit the same fee'],
  ])('a flag with a value for each chain gives an error with both values for %j', (flags, text) => {
    const environment = { CUSTOS_API_KEY: 'k' };
    const config = examineConfig({ testnet: true, ...flags }, environment, home);
    expect(texts(daemonProblems(config, chains))).toEqual([text]);
  });

  it('a flag with a value for each chain may name several chains, and a ceiling in another token', () => {
    const flags = {
      testnet: true,
      feeCeiling: ['ETH=1', 'BTC=1', 'CELO=1', 'CELO:CUSD=1'],
      confirmations: ['3', 'ETH=5'],
    };
    expect(texts(daemonProblems(examineConfig(flags, { CUSTOS_API_KEY: 'k' }, home), chains))).toEqual([]);
  });
});

describe('a setting that stands twice in the file of settings', () => {
  it('a setting that appears twice in the file gives an error with both lines, whatever its values are', () => {
    const file = join(home, 'twice');
    writeFileSync(
      file,
      'CUSTOS_STORE=/a\nOTHER=1\nOTHER=2\n\nexport CUSTOS_STORE=/b\nCUSTOS_NODE_ETH=x\nCUSTOS_NODE_ETH=x\n',
    );
    const { problems } = examineConfig({ envFile: file }, {}, home);
    expect(texts(problems)).toEqual([
      `--envFile: CUSTOS_STORE stands in lines 1 and 5 of ${file}`,
      `--envFile: CUSTOS_NODE_ETH stands in lines 6 and 7 of ${file}`,
    ]);
  });
});

describe('flags and variables', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const found = (pattern: RegExp) => files.filter((path) => pattern.test(readFileSync(join(source, path), 'utf8')));

  it('flags and variables are taken from the process in one place', () => {
    const taken = /process\s*\.\s*(env|argv)\b|\{[^}]*\b(env|argv)\b[^}]*\}\s*=\s*process\b/;
    expect(found(taken)).toEqual(['cli/main.ts']);
    expect(readFileSync(join(source, 'cli/main.ts'), 'utf8').match(/process\.(env|argv)/g)).toHaveLength(2);
  });

  it('flags and variables are read only by the reader of settings', () => {
    const outside = (pattern: RegExp) => found(pattern).filter((path) => !path.startsWith('app/config/'));
    expect(outside(/\bflags\s*(\?\.)?\[|settingValue/)).toEqual([]);
    // What they are handed are the variables of proxies, and two of Node's own.
    const handed = ['app/doctor/machine.ts', 'core/network/proxy.ts'];
    // The command, and what shows its errors, read only whether errors are shown whole.
    const programs = ['cli/main.ts', 'cli/tell.ts'];
    expect(outside(/environment\s*(\?\.)?\[/).sort()).toEqual([...handed, ...programs].sort());
  });
});
