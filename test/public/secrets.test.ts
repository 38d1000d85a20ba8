import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { generateMnemonic, mnemonicToSeed } from '../../src/crypto/mnemonic.js';
import { openSqlite } from '../../src/storage/sqlite/connection.js';
import { Canaries } from '../support/canaries.js';
import { custos, type Ended, type Environment, makeHome, type Running, removeHome, start } from '../support/custos.js';
import { fileTest } from '../support/file-test.js';
import { transfer } from '../support/kms.js';
import { commandOf, processesOf } from '../support/processes.js';
import { quicken } from '../support/quick-slot.js';
import { type StubCloud, startStubCloud } from '../support/stub-cloud.js';

const canaries = new Canaries();
const secret = {
  password: `canary password ${randomBytes(8).toString('hex')}`,
  otherPassword: `canary other ${randomBytes(8).toString('hex')}`,
  apiKey: `canary-api-${randomBytes(8).toString('hex')}`,
  fourEye: `canary-four-eye-${randomBytes(8).toString('hex')}`,
  privateKey: `0x${randomBytes(32).toString('hex')}`,
  strayKey: `0x${randomBytes(32).toString('hex')}`,
  mnemonic: generateMnemonic(),
  strayMnemonic: generateMnemonic(),
};
const ids = { key: randomUUID(), hd: randomUUID(), removed: randomUUID() };
const env = { CUSTOS_PASSWORD: secret.password, CUSTOS_API_KEY: secret.apiKey, CUSTOS_FOUR_EYE_SECRET: secret.fourEye };
let recoveryKey = '';
let home = '';
let store = '';
let stub: StubCloud;
/** Everything that any command printed, but for what is its job. */
const transcripts: { readonly args: readonly string[]; readonly text: string }[] = [];

beforeAll(async () => {
  home = makeHome();
  store = join(home, '.custos', 'store.db');
  stub = await startStubCloud();
  for (const name of ['password', 'otherPassword', 'apiKey', 'fourEye'] as const) canaries.text(name, secret[name]);
  for (const name of ['privateKey', 'strayKey'] as const) canaries.key(name, secret[name]);
  for (const name of ['mnemonic', 'strayMnemonic'] as const) canaries.mnemonic(name, secret[name]);
  const seed = await mnemonicToSeed(secret.mnemonic);
  const { hd } = createRegistry().get('ETH').keys;
  const { node } = hd!.account(seed, 'testnet');
  canaries.key('seed', Buffer.from(seed).toString('hex'));
  canaries.key('the key of the account', Buffer.from(node.slice(0, 32)).toString('hex'));
  canaries.key('the key of index 0', Buffer.from(hd!.privateKey(node, 0)).toString('hex'));
  const made = await custos(['init'], { home, env });
  recoveryKey = JSON.parse(made.stdout).recoveryKey;
  canaries.text('recovery key', recoveryKey);
  canaries.text('recovery key without dashes', recoveryKey.replaceAll('-', ''));
  expect(canaries.in(made.stderr)).toEqual([]);
  await quicken(home, env);
});
afterAll(async () => {
  await stub.close();
  removeHome(home);
});

/** Runs a command that has no business with secrets on its output. */
async function quiet(args: readonly string[], options: { input?: string; env?: Environment } = {}): Promise<Ended> {
  const ended = await custos(args, { home, ...options, env: { ...env, CUSTOS_CLOUD_URL: stub.url, ...options.env } });
  const text = ended.stdout + ended.stderr;
  transcripts.push({ args, text });
  expect({ args, leaks: canaries.in(text) }).toEqual({ args, leaks: [] });
  return ended;
}

it('a canary is found in every form that it can take', () => {
  const key = Buffer.from(secret.privateKey.slice(2), 'hex');
  const forms = [key, key.toString('hex').toUpperCase(), key.toString('base64'), BigInt(secret.privateKey).toString()];
  for (const form of forms) expect(canaries.in(form)).toEqual(['privateKey']);
  expect(canaries.in(secret.mnemonic.split(' ').slice(4, 9).join(' '))).toEqual(['mnemonic']);
  expect(canaries.in(`https://x/${encodeURIComponent(secret.password)}`)).toEqual(['password']);
});

describe('no secret is in the output of', () => {
  it('commands that take a secret do not print it', async () => {
    const wallets = {
      [ids.key]: { privateKey: secret.privateKey, chain: 'ETH', testnet: true },
      [ids.hd]: { mnemonic: secret.mnemonic, chain: 'ETH', testnet: true },
    };
    expect(await quiet(['wallet', 'import'], { input: JSON.stringify(wallets) })).toMatchObject({ code: 0 });
    const one = ['wallet', 'import', 'BSC', '--testnet'];
    expect(await quiet(one, { input: secret.mnemonic })).toMatchObject({ code: 0 });
    expect(await quiet([...one, '--signature-id', ids.removed], { input: secret.privateKey })).toMatchObject({
      code: 0,
    });
    expect(await quiet(['storemanagedwallet', 'MATIC'], { input: secret.mnemonic })).toMatchObject({ code: 0 });
    expect(await quiet(['storemanagedprivatekey', 'CELO'], { input: secret.privateKey })).toMatchObject({ code: 0 });
  });

  it('commands that work with secrets do not print them', async () => {
    const commands = [
      ['wallet', 'list'],
      ['wallet', 'list', '--json'],
      ['wallet', 'show', ids.hd],
      ['wallet', 'address', ids.hd, '0'],
      ['getaddress', ids.hd, '0'],
      ['report', `${ids.hd},${ids.key}`],
      ['generatemanagedwallet', 'ETH'],
      ['generatemanagedprivatekeybatch', 'ETH', '20'],
      ['wallet', 'create', 'ETH', '--count', '3', '--label', 'mine'],
      ['verify'],
      ['verify', '--json'],
      ['backup', join(home, 'backup')],
      ['restore', join(home, 'backup'), '--store', join(home, 'restored.db')],
      ['removewallet', ids.removed],
      ['transaction', 'list'],
    ];
    for (const args of commands) expect(await quiet(args)).toMatchObject({ code: 0 });
  });

  it('commands that show settings print no secret', async () => {
    for (const args of [
      ['checkconfig'],
      ['doctor', '--offline'],
      ['doctor', '--json', '--offline'],
      ['doctor', '--offline', `--api-key=${secret.apiKey}`],
    ]) {
      const { stdout } = await quiet(args);
      expect(stdout).toContain('set');
      // Not even the first characters.
      for (const value of [secret.password, secret.apiKey]) expect(stdout).not.toContain(value.slice(0, 6));
    }
  });

  it('commands that change what opens the store print no secret', async () => {
    const change = { CUSTOS_NEW_PASSWORD: secret.otherPassword };
    expect(await quiet(['password', 'change'], { env: change })).toMatchObject({ code: 0 });
    const back = { CUSTOS_RECOVERY_KEY: recoveryKey, CUSTOS_NEW_PASSWORD: secret.password, CUSTOS_PASSWORD: undefined };
    expect(await quiet(['password', 'recover'], { env: back })).toMatchObject({ code: 0 });
    expect(await quiet(['password', 'add'], { env: change })).toMatchObject({ code: 0 });
    const renewed = await quiet(['password', 'recovery-key']);
    recoveryKey = JSON.parse(renewed.stdout).recoveryKey;
    canaries.text('new recovery key', recoveryKey);
    expect(canaries.in(renewed.stderr)).toEqual([]);
    await quicken(home, env);
  });

  it('commands that fail because of the password print no secret', async () => {
    const wrong = { env: { CUSTOS_PASSWORD: `${secret.password}x` } };
    for (const args of [
      ['export'],
      ['wallet', 'list'],
      ['getprivatekey', ids.key],
      ['daemon', '--runOnce', '--testnet'],
    ]) {
      expect(await quiet(args, wrong)).toMatchObject({ code: 1 });
    }
    const key = { CUSTOS_RECOVERY_KEY: `${recoveryKey.slice(0, -1)}~`, CUSTOS_NEW_PASSWORD: secret.otherPassword };
    expect(await quiet(['password', 'recover'], { env: key })).toMatchObject({ code: 1 });
    const wrongKind = { CUSTOS_RECOVERY_KEY: secret.password, CUSTOS_NEW_PASSWORD: secret.otherPassword };
    expect(await quiet(['password', 'recover'], { env: wrongKind })).toMatchObject({ code: 1 });
    expect(await quiet(['restore', join(home, 'backup'), '--store', join(home, 'no.db')], wrong)).toMatchObject({
      code: 1,
    });
  });

  it('imports that fail while they hold a secret do not print it', async () => {
    const { strayKey, strayMnemonic } = secret;
    const entry = { signatureId: randomUUID(), chain: 'ETH', privateKey: strayKey };
    const inputs = [
      JSON.stringify({ [randomUUID()]: { mnemonic: strayMnemonic, chain: 'ETH' } }).slice(0, -20),
      `${JSON.stringify(entry)}\n${strayMnemonic}`,
      strayMnemonic,
      strayKey,
      JSON.stringify([entry]),
      JSON.stringify({ [strayKey]: entry }),
      ...['signatureId', 'chain', 'address', 'xpub', 'testnet'].flatMap((field) => [
        JSON.stringify({ ...entry, [field]: strayKey }),
        JSON.stringify({ ...entry, privateKey: undefined, mnemonic: strayMnemonic, [field]: strayMnemonic }),
      ]),
      JSON.stringify({ ...entry, mnemonic: strayMnemonic }),
      JSON.stringify({ ...entry, address: '0x2c7536e3605d9c16a7a3d7b1898e529396a65c23' }),
      JSON.stringify({ ...entry, signatureId: ids.key, testnet: true }),
      JSON.stringify({ ...entry, privateKey: `${strayKey}0` }),
      JSON.stringify({ ...entry, privateKey: undefined, mnemonic: `${strayMnemonic} again` }),
    ];
    for (const input of inputs) expect((await quiet(['wallet', 'import'], { input })).code).toBeGreaterThan(0);
    for (const input of [`${strayMnemonic} again`, `${strayKey}0`, `{"${strayKey}`]) {
      expect(await quiet(['wallet', 'import', 'ETH'], { input })).toMatchObject({ code: 1 });
      expect(await quiet(['storemanagedwallet', 'ETH'], { input })).toMatchObject({ code: 1 });
      expect(await quiet(['storemanagedprivatekey', 'ETH'], { input })).toMatchObject({ code: 1 });
    }
  });

  fileTest('its rows are spoilt in a copy of the file').each([
    ['public_box', 'x'],
    ['secret_box', 'zeroblob(length(secret_box))'],
  ])('no command prints a secret when the records of the store are damaged (%s)', async (column, value) => {
    const path = join(home, `damaged-${column}.db`);
    cpSync(store, path);
    const database = await openSqlite(path);
    database.exec(`UPDATE wallets SET ${column} = ${value === 'x' ? 'substr(public_box, 2)' : value}`);
    database.close();
    stub.queue('ETH').push(transfer(`damaged-${column}`, ids.key));
    const commands = [
      ...[['export'], ['getmanagedwallet', ids.hd], ['getprivatekey', ids.key], ['verify'], ['verify', '--json']],
      ['daemon', '--runOnce', '--testnet', '--log-level=debug'],
    ];
    for (const args of commands) {
      const ended = await quiet([...args, '--store', path]);
      expect({ args, code: ended.code }).toEqual({ args, code: 1 });
    }
    const listed = await quiet(['wallet', 'list', '--store', path]);
    expect(listed.code).toBe(column === 'public_box' ? 1 : 0);
    stub.queue('ETH').splice(0);
  });

  fileTest('there is no store file')(
    'no command prints a secret when bytes of the store file are flipped or missing',
    async () => {
      const whole = readFileSync(store);
      for (const spoil of [(bytes: Buffer) => bytes.subarray(0, bytes.length - 1), flipEvery(997), flipEvery(4096)]) {
        const path = join(home, 'spoilt.db');
        writeFileSync(path, spoil(Buffer.from(whole)), { mode: 0o600 });
        for (const args of [
          ['export'],
          ['wallet', 'list'],
          ['getaddress', ids.hd, '0'],
          ['generatemanagedwallet', 'ETH'],
        ]) {
          expect((await quiet([...args, '--store', path])).code).toBe(1);
        }
      }
    },
  );
});

function flipEvery(step: number): (bytes: Buffer) => Buffer {
  return (bytes) => {
    for (let at = step; at < bytes.length; at += step) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    return bytes;
  };
}

describe('commands whose job is to print a secret', () => {
  it.each<readonly [string[], string[]]>([
    [['export'], ['mnemonic', 'privateKey']],
    [['wallet', 'export', ids.hd], ['mnemonic']],
    [['getmanagedwallet', ids.key], ['privateKey']],
    [['getprivatekey', ids.key], ['privateKey']],
    [['getprivatekey', ids.hd, '0'], ['the key of index 0']],
  ])('%j prints the requested secret to standard output only', async (args, names) => {
    const { code, stdout, stderr } = await custos(args, { home, env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(canaries.in(stdout).sort()).toEqual(names.toSorted());
  });
});

describe('a serving daemon', () => {
  let running: Running;
  beforeAll(async () => {
    const file = join(home, 'mounted', 'password');
    mkdirSync(join(home, 'mounted'));
    writeFileSync(file, `${secret.password}\n`);
    chmodSync(file, 0o600);
    const flags = [
      '--testnet',
      '--period=0.05',
      '--log-level=debug',
      `--externalUrl=${stub.approveUrl}`,
      '--externalUrlMethod=POST',
    ];
    const given = { ...env, CUSTOS_CLOUD_URL: stub.url, CUSTOS_PASSWORD: undefined, CUSTOS_PASSWORD_FILE: file };
    running = start(['daemon', ...flags], { home, env: given });
    stub.approveSecret = secret.fourEye;
    stub
      .queue('ETH')
      .push(
        transfer('signed', ids.key),
        transfer('signed-index', ids.hd, { index: 0 }),
        transfer('asks', ids.key, { request: { chainId: undefined } }),
        transfer('refused', ids.hd, { request: { chainId: 1 }, index: 0 }),
      );
    stub.fail('/v3/ethereum/web3/', { kind: 'answer', status: 500, body: `key ${secret.apiKey}` });
    const told = (id: string) => stub.reports.some(({ signatureId }) => signatureId === id);
    await stub.until(() => stub.broadcasts.length >= 2 && told('asks') && told('refused'));
  });
  afterAll(async () => {
    await running.kill('SIGKILL');
  });

  it('a serving daemon has one front, one keeper and one signer, and no secret is on their command lines', () => {
    const { front, keeper, signers } = processesOf(running.pid);
    expect(signers).toHaveLength(1);
    for (const pid of [running.pid, front, keeper, ...signers]) expect(canaries.in(commandOf(pid))).toEqual([]);
  });

  it('the keeper and the signer of a serving daemon have an empty environment, and the front has only its own secrets', () => {
    const { front, keeper, signers } = processesOf(running.pid);
    const environ = (pid: number) => readFileSync(`/proc/${pid}/environ`);
    for (const pid of [keeper, ...signers]) {
      const environment = environ(pid).toString().split('\0').filter(Boolean);
      expect(environment.filter((line) => !line.startsWith('NODE_CHANNEL_'))).toEqual([]);
    }
    // The daemon itself was given the API key in its environment, and nothing else of these.
    for (const pid of [running.pid, front]) expect(canaries.in(environ(pid)).sort()).toEqual(['apiKey', 'fourEye']);
    // The file with the password is not named there either.
    expect(environ(running.pid).includes('CUSTOS_PASSWORD_FILE')).toBe(true);
    expect(environ(front).includes('PASSWORD')).toBe(false);
  });

  fileTest('there is no store file')(
    'a serving daemon writes no secret into the store, its write-ahead log, or any other file',
    () => {
      const mounted = join(home, 'mounted', 'password');
      expect(readFileSync(`${store}-wal`).length).toBeGreaterThan(0);
      expect(canaries.inFiles(home).filter((leak) => !leak.startsWith(mounted))).toEqual([]);
    },
  );

  it('a serving daemon sends no secret to the cloud or the approver, except the API key where it belongs', () => {
    expect(stub.requests.length).toBeGreaterThan(5);
    for (const { path, headers, body } of stub.requests) {
      const { 'x-api-key': given, ...others } = headers;
      expect(given).toBe(path.startsWith('/approve') ? undefined : secret.apiKey);
      // The node proxy of the documented API has the key as the last part of its path.
      const shown = { path: path.replace(/(\/web3)\/[^/]+$/, '$1'), others, body };
      expect(canaries.in(JSON.stringify(shown))).toEqual([]);
    }
  });

  it('a serving daemon puts no secret in its error reports to the cloud, whatever a node answers', () => {
    const told = stub.reports.map(({ signatureId }) => signatureId);
    expect(told).toEqual(expect.arrayContaining(['asks', 'refused']));
    expect(JSON.stringify(stub.reports)).toContain('{apiKey}');
    expect(canaries.in(JSON.stringify(stub.reports))).toEqual([]);
  });

  it('a serving daemon writes no secret to the log or the journal', async () => {
    const { code, stderr, stdout } = await running.kill('SIGTERM');
    expect(code).toBe(0);
    expect(canaries.in(stderr + stdout)).toEqual([]);
    for (const id of ['signed', 'signed-index', 'asks', 'refused']) {
      expect(await quiet(['transaction', 'show', id])).toMatchObject({ code: 0 });
    }
  });
});

it('no file that a command leaves behind holds a secret', () => {
  const mounted = join(home, 'mounted', 'password');
  expect(canaries.inFiles(home).filter((leak) => !leak.startsWith(mounted))).toEqual([]);
  expect(transcripts.length).toBeGreaterThan(60);
});
