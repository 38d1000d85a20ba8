import { cpSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { custos, program, type Running, start } from '../support/custos.js';
import { fileTest } from '../support/file-test.js';
import { type Kms, startKms, transfer } from '../support/kms.js';
import { processesOf } from '../support/processes.js';

// Further defects of the peer, each with the test that shows Custos does not have it. Elsewhere: a destroyed store and two
// writers (storage), payments twice (broadcast-once), the four-eye service (four-eye), what must not be signed (refusals), a
// faulty cloud (cloud-faults), secrets where they do not belong (secrets), commands and exit codes (cli).

let kms: Kms;
let running: Running | undefined;

beforeAll(async () => {
  kms = await startKms();
});
afterEach(async () => {
  await running?.kill('SIGKILL');
  running = undefined;
  kms.stub.queue('ETH').splice(0);
});
afterAll(() => kms.close());

describe('a daemon that cannot do its work says so at once and ends', () => {
  it.each<readonly [string, string[], Record<string, string | undefined>, number, string]>([
    ['without a four-eye service on mainnet', [], {}, 2, 'FOUR_EYE_MISSING'],
    ['without an API key', ['--testnet'], { CUSTOS_API_KEY: undefined }, 2, 'API_KEY_MISSING'],
    ['with a wrong password', ['--testnet'], { CUSTOS_PASSWORD: 'wrong' }, 1, 'PASSWORD_WRONG'],
    ['without a password', ['--testnet'], { CUSTOS_PASSWORD: undefined }, 2, 'PASSWORD_MISSING'],
    ['without a store', ['--testnet', '--path=/tmp/no/such/store.db'], {}, 1, 'STORE_MISSING'],
    ['with an unknown chain', ['--testnet', '--chain=ETH,FOO'], {}, 2, 'CHAIN_UNKNOWN'],
    ['with an unreadable chain', ['--testnet', '--chain=E-T-H'], {}, 2, 'CONFIG_INVALID'],
    ['with an unreadable signature ID', ['--testnet', '--wallets=x'], {}, 2, 'CONFIG_INVALID'],
    ['with an unreadable period', ['--testnet', '--period=soon'], {}, 2, 'CONFIG_INVALID'],
    [
      'with a method of its own',
      ['--externalUrl=http://localhost', '--externalUrlMethod=PUT'],
      {},
      2,
      'CONFIG_INVALID',
    ],
    ['with a four-eye service in clear', ['--externalUrl=http://example.com/x'], {}, 2, 'URL_INSECURE'],
    ['with a four-eye URL that has a query', ['--externalUrl=https://example.com/x?y=1'], {}, 2, 'URL_INVALID'],
    [
      'with a cloud in clear on mainnet',
      ['--externalUrl=https://example.com', '--cloud-url=http://example.com'],
      {},
      2,
      'URL_INSECURE',
    ],
    ['with a cloud that is not a URL', ['--testnet', '--cloud-url=tatum'], {}, 2, 'URL_INVALID'],
    ['with a node that is not a URL', ['--testnet', '--node=ETH=nowhere'], {}, 2, 'URL_INVALID'],
    ['with a node of an unknown chain', ['--testnet', '--node=FOO=http://127.0.0.1:1'], {}, 2, 'CHAIN_UNKNOWN'],
    ['with a chain id that is none', ['--testnet', '--chain-id=ETH=x'], {}, 2, 'CONFIG_INVALID'],
  ])('a daemon ends at once with the reason: %s', async (_what, flags, change, code, error) => {
    const before = kms.stub.requests.length;
    // Not --runOnce: a daemon that serves must not stay either.
    const ended = await custos(['daemon', ...flags], { home: kms.home, env: { ...kms.env, ...change } });
    expect(ended).toMatchObject({ code, stdout: '' });
    const last = ended.stderr.trim().split('\n').slice(-2);
    expect(last).toEqual([
      expect.stringMatching(new RegExp(`^custos: error: .*\\(${error}\\)$`)),
      expect.stringMatching(/^custos: hint: ./),
    ]);
    expect(kms.stub.requests).toHaveLength(before);
  });
});

it('a daemon lists every mistake of the configuration at once', async () => {
  const { stderr } = await kms.run('daemon', '--period=x', '--signers=0', '--wallets=y', '--log-level=loud');
  for (const part of ['--period', '--signers', '--wallets', '--log-level']) expect(stderr).toContain(part);
});

describe('a serving daemon', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('a serving daemon ends with 0 on %s', async (signal) => {
    running = kms.serve('--testnet');
    await running.line(/daemon started/);
    const polls = () => kms.stub.received('/v3/kms/pending/ETH').length;
    const before = polls();
    await kms.stub.until(() => polls() > before + 2);
    const ended = await running.kill(signal);
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.stderr).toContain('daemon stopped');
  });

  it('a serving daemon finishes its work before it ends', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const end = kms.stub.fail('/v3/ethereum/broadcast', { kind: 'hold', release: held }, 1);
    kms.stub.queue('ETH').push(transfer('on-its-way', kms.ids.key));
    running = kms.serve('--testnet');
    await kms.stub.until(() => kms.stub.received('/v3/ethereum/broadcast').length > 0);
    const stopped = running.kill('SIGTERM');
    await running.line(/daemon stopping/);
    release();
    expect(await stopped).toMatchObject({ code: 0 });
    end();
    expect(await kms.story('on-its-way')).toMatchObject({ state: 'completed' });
  });

  const alone = 'leaves its store to itself: a second one says who is there and ends with 1';
  fileTest('there several daemons share a store')(alone, async () => {
    running = kms.serve('--testnet');
    await running.line(/daemon started/);
    const second = await kms.run('daemon', '--testnet');
    expect(second).toMatchObject({ code: 1 });
    const { front } = processesOf(running.pid);
    expect(second.stderr).toMatch(new RegExp(`another daemon \\(process ${front}\\) serves .*\\(DAEMON_RUNNING\\)`));
    // Other commands go on beside it, and the first one serves on.
    expect(await kms.run('transaction', 'list')).toMatchObject({ code: 0 });
    const polls = () => kms.stub.received('/v3/kms/pending/ETH').length;
    const before = polls();
    await kms.stub.until(() => polls() > before + 1);
    expect(await running.kill('SIGTERM')).toMatchObject({ code: 0 });
  });

  it('a serving daemon serves wallets that are made while it runs', async () => {
    running = kms.serve('--testnet');
    await running.line(/daemon started/);
    const made = await kms.run('generatemanagedwallet', 'ETH', '--testnet');
    const { signatureId } = JSON.parse(made.stdout);
    kms.stub.queue('ETH').push(transfer('new-wallet', signatureId, { index: 0 }));
    await kms.stub.until(() => kms.stub.broadcasts.some(({ body }) => body['signatureId'] === 'new-wallet'));
    expect(await running.kill('SIGTERM')).toMatchObject({ code: 0 });
  });

  it('a serving daemon asks all chains at the same time, with the wallets of each', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const end = kms.stub.fail('/v3/kms/pending/', { kind: 'hold', release: held });
    const before = kms.stub.requests.length;
    running = kms.serve('--testnet');
    await kms.stub.until(() => kms.stub.requests.length >= before + 2);
    const polls = kms.stub.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
    expect(polls.sort()).toEqual(['POST /v3/kms/pending/BSC', 'POST /v3/kms/pending/ETH']);
    const asked = kms.stub.requests.slice(before).find(({ path }) => path.endsWith('/BSC'));
    expect(asked!.body).toEqual({ signatureIds: [kms.ids.bsc] });
    expect(asked!.headers).toMatchObject({
      'x-api-key': kms.env['CUSTOS_API_KEY'],
      'x-ttm-kms-client-version': '8.0.1',
    });
    end();
    release();
    await running.kill('SIGTERM');
  });
});

it('a node of the wrong chain is found before anything is signed', async () => {
  kms.stub.answer('eth_chainId', '0x1');
  kms.stub.queue('ETH').push(transfer('wrong-node', kms.ids.key, { request: { chainId: undefined } }));
  const node = start(['daemon', '--runOnce', '--testnet', `--node=ETH=${kms.stub.url}/node`], kms);
  expect(await node.ended).toMatchObject({ code: 1 });
  expect(await kms.story('wrong-node')).toMatchObject({ state: 'failed', error: { code: 'CHAIN_ID_MISMATCH' } });
});

it('a program whose dependencies are behind a link can also start a signer', async () => {
  const copy = join(kms.home, 'copy');
  const root = dirname(dirname(program));
  for (const part of ['bin', 'dist', 'package.json']) cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(realpathSync(join(root, 'node_modules')), join(copy, 'node_modules'));
  kms.stub.queue('ETH').push(transfer('from-a-link', kms.ids.key, { request: { nonce: 99 } }));
  const args = ['daemon', '--runOnce', '--testnet'];
  expect(await start(args, { ...kms, program: join(copy, 'bin', 'custos.js') }).ended).toMatchObject({ code: 0 });
  expect(await kms.story('from-a-link')).toMatchObject({ state: 'completed' });
});

fileTest('there is no store file')('only the owner can read the store and its directory', () => {
  const store = join(kms.home, '.custos', 'store.db');
  expect((statSync(store).mode & 0o777).toString(8)).toBe('600');
  expect((statSync(dirname(store)).mode & 0o777).toString(8)).toBe('700');
});
