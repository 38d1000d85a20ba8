import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/app/config/config.js';
import { createHouse } from '../../src/app/house.js';
import { createRegistry } from '../../src/chains/registry.js';
import { createNodes } from '../../src/cloud/nodes.js';
import { createCloud } from '../../src/cloud/tatum.js';
import { systemClock } from '../../src/core/clock.js';
import { silentLog } from '../../src/core/log.js';
import { noMeter } from '../../src/core/meter.js';
import { Secret } from '../../src/core/secret.js';
import { createCloudSource } from '../../src/daemon/cloud-source.js';
import { Daemon } from '../../src/daemon/daemon.js';
import { LeaseKeeper } from '../../src/lifecycle/lease-keeper.js';
import { createWay } from '../../src/lifecycle/way.js';
import { createInProcessSigner } from '../../src/signing/in-process-signer.js';
import { openPublicVault } from '../../src/vault/public-vault.js';
import { viewKey } from '../../src/vault/vault.js';
import { noFreezes } from '../support/freezes.js';
import { storeOf } from '../support/home-store.js';
import { type Kms, startKms, transfer } from '../support/kms.js';
import { silentTerminal } from '../support/silent-terminal.js';
import type { Fault } from '../support/stub-cloud.js';

let kms: Kms;
let number = 0;
const ends: (() => void)[] = [];

beforeAll(async () => {
  kms = await startKms();
  kms.stub.answer('eth_estimateGas', '0x5208');
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
});
afterAll(() => kms.close());

function fail(prefix: string, fault: Fault, times?: number): void {
  ends.push(kms.stub.fail(prefix, fault, times));
}

/** A transaction of BSC that is ready to be signed, whatever happens to Ethereum. */
function queueBsc(): string {
  number += 1;
  const id = `bsc-${number}`;
  const request = { chainId: 97, nonce: number };
  kms.stub.queue('BSC').push(transfer(id, kms.ids.bsc, { chain: 'BSC', request }));
  return id;
}

const list = JSON.stringify([{ id: 'x', chain: 'ETH', hashes: [], serializedTransaction: '{}' }]);
const pollFaults: readonly (readonly [what: string, fault: Fault, code: string])[] = [
  ['broken JSON with 200', { kind: 'answer', body: list.slice(0, 40) }, 'CLOUD_ANSWER_INVALID'],
  ['a text with 200', { kind: 'answer', body: '"a text of many characters"' }, 'CLOUD_ANSWER_INVALID'],
  ['a page of HTML', { kind: 'answer', body: '<html><body>maintenance</body></html>' }, 'CLOUD_ANSWER_INVALID'],
  ['null', { kind: 'answer', body: 'null' }, 'CLOUD_ANSWER_INVALID'],
  ['an object', { kind: 'answer', body: '{"data":[]}' }, 'CLOUD_ANSWER_INVALID'],
  ['nothing', { kind: 'answer' }, 'CLOUD_ANSWER_INVALID'],
  ['a redirect', { kind: 'answer', status: 302, headers: { location: '/elsewhere' } }, 'CLOUD_ANSWER_INVALID'],
  ['half a body', { kind: 'half', body: list }, 'CLOUD_UNREACHABLE'],
  ['a closed connection', { kind: 'close' }, 'CLOUD_UNREACHABLE'],
  ['500', { kind: 'answer', status: 500, body: 'oops' }, 'CLOUD_UNREACHABLE'],
  ['400', { kind: 'answer', status: 400, body: '{"message":"no"}' }, 'CLOUD_REFUSED'],
  ['401', { kind: 'answer', status: 401, body: '{"message":"no"}' }, 'API_KEY_INVALID'],
  ['429', { kind: 'answer', status: 429, headers: { 'retry-after': '0' } }, 'CLOUD_RATE_LIMITED'],
];

describe('a failed poll of one chain', () => {
  it.each(pollFaults)(
    'a poll that gets %s stops neither the daemon nor the other chain',
    async (_what, fault, code) => {
      const id = queueBsc();
      const reports = kms.stub.reports.length;
      fail('/v3/kms/pending/ETH', fault);
      const { code: exit, stdout, stderr } = await kms.daemon('--testnet');
      expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' });
      expect(kms.stub.broadcasts.at(-1)?.body['signatureId']).toBe(id);
      const failures = stderr.split('\n').filter((line) => line.includes('poll failed'));
      expect(failures).toHaveLength(1);
      expect(JSON.parse(failures[0]!)).toMatchObject({ chain: 'ETH', code });
      // Neither the answer's characters nor the signature IDs are spilled, and nothing of it goes back to the cloud.
      expect(stderr.length).toBeLessThan(3000);
      expect(kms.stub.reports).toHaveLength(reports);
    },
  );
});

it('a failing error report is kept for the next round and disturbs nothing else', async () => {
  const id = queueBsc();
  kms.stub.queue('ETH').push(transfer('report-fails', kms.ids.key, { request: { chainId: 1 } }));
  fail('/v3/tatum/kms/batch', { kind: 'answer', status: 500 });
  const { code, stderr } = await kms.daemon('--testnet');
  expect(code).toBe(1);
  expect(stderr).toContain('error report not delivered');
  expect(kms.stub.broadcasts.at(-1)?.body['signatureId']).toBe(id);
});

describe('a failed question to the node', () => {
  const nodePath = '/v3/ethereum/web3/';
  const apiKey = () => kms.env['CUSTOS_API_KEY'] ?? '';

  it.each<readonly [string, Fault]>([
    ['by a closed connection', { kind: 'close' }],
    [
      'with 500 and the URL in the text',
      { kind: 'answer', status: 500, body: 'at /v3/ethereum/web3/key of the cloud' },
    ],
    [
      'with 403 and the URL in the text',
      { kind: 'answer', status: 403, body: 'no key of the cloud, key%20of%20the%20cloud' },
    ],
  ])('a node error (%s) is reported without the API key', async (_what, fault) => {
    number += 1;
    const id = `node-${number}`;
    const request = { chainId: undefined };
    kms.stub.queue('ETH').splice(0);
    kms.stub.queue('ETH').push(transfer(id, kms.ids.key, { request }));
    fail(nodePath, fault);
    const { code, stdout, stderr } = await kms.daemon('--testnet');
    expect(code).toBe(1);
    expect(kms.stub.received(nodePath).length).toBeGreaterThan(0);
    const reports = kms.stub.reports.filter(({ signatureId }) => signatureId === id);
    expect(reports).toHaveLength(1);
    const told = [stdout, stderr, JSON.stringify(reports), JSON.stringify(await kms.story(id))].join('\n');
    for (const form of [apiKey(), encodeURIComponent(apiKey())]) expect(told).not.toContain(form);
    if (fault.kind === 'answer') expect(told).toContain('{apiKey}');
    kms.stub.queue('ETH').splice(0);
  });
});

describe('a cloud that hangs', () => {
  /** The daemon with all its real parts, but time-outs that a test can wait for. */
  async function makeDaemon(time: number) {
    const config = readConfig({ testnet: true, logLevel: 'silent' }, { ...storeOf(kms.home), ...kms.env }, kms.home);
    const house = createHouse(config, silentTerminal);
    const store = await house.store();
    const chains = createRegistry();
    const vault = await house.vault();
    const view = viewKey(await house.rootKey(), store.storeId);
    const wire = { baseUrl: kms.stub.url, apiKey: Secret.text('x'), version: '0', clock: systemClock };
    const nodes = createNodes({ ...wire, network: 'testnet', ownNodes: new Map(), timeout: time });
    const lifecycle = {
      chains,
      wallets: store.wallets,
      publicVault: openPublicVault({ viewKey: view, storeId: store.storeId, chains }),
      journal: store.journal,
      nodes,
      signer: createInProcessSigner({ chains, rules: new Map(), unlockVault: async () => ({ vault, viewKey: view }) }),
      judges: [],
      clock: systemClock,
      log: silentLog,
      meter: noMeter,
      leases: new LeaseKeeper(store.journal, silentLog),
      maxAttempts: 50,
      confirmations: () => 1,
      rules: new Map(),
      freezes: noFreezes,
    };
    const cloud = createCloud({ ...wire, nodes, timeouts: { poll: time, other: time } });
    const parts = {
      ...lifecycle,
      network: 'testnet' as const,
      wallets: store.wallets,
      source: createCloudSource(cloud),
      way: createWay(lifecycle),
      shared: false,
    };
    const daemon = new Daemon(parts, { periods: { shortest: 1000, longest: 1000 }, concurrency: 8 });
    return async () => {
      const tally = await daemon.runOnce();
      await house.close();
      return tally;
    };
  }

  it('a cloud that hangs in a poll does not hold up other chains', async () => {
    const id = queueBsc();
    fail('/v3/kms/pending/ETH', { kind: 'hang' });
    const run = await makeDaemon(2000);
    const done = run();
    // Sent while the poll of the other chain still hangs.
    await kms.stub.until(() => kms.stub.broadcasts.at(-1)?.body['signatureId'] === id, 4000);
    expect(await done).toMatchObject({ completed: 1, pollErrors: 1 });
  });

  it('a cloud that hangs in a question to the node does not hold up other senders, and the transaction waits', async () => {
    kms.stub
      .queue('ETH')
      .push(transfer('hangs', kms.ids.key, { request: { nonce: undefined } }), transfer('does-not', kms.ids.other));
    fail('/v3/ethereum/transaction/count/', { kind: 'hang' });
    const run = await makeDaemon(1500);
    const done = run();
    await kms.stub.until(() => kms.stub.broadcasts.at(-1)?.body['signatureId'] === 'does-not', 4000);
    expect(await done).toMatchObject({ completed: 1, waiting: 1 });
    expect(await kms.story('hangs')).toMatchObject({ state: 'claimed', error: { code: 'CLOUD_TIMEOUT' } });
  });

  it('a cloud that hangs in a broadcast leaves the signed bytes on record, to be sent again', async () => {
    kms.stub.queue('ETH').splice(0);
    kms.stub.queue('ETH').push(transfer('sent', kms.ids.other, { request: { nonce: 8 } }));
    fail('/v3/ethereum/broadcast', { kind: 'hang' });
    expect(await (await makeDaemon(1000))()).toMatchObject({ waiting: 1 });
    const story = await kms.story('sent');
    expect(story).toMatchObject({ state: 'signed', error: { code: 'CLOUD_TIMEOUT' } });
    const bodies = kms.stub
      .received('/v3/ethereum/broadcast')
      .filter(({ body }) => JSON.stringify(body).includes('"sent"'));
    expect(new Set(bodies.map(({ body }) => JSON.stringify(body)))).toEqual(
      new Set([JSON.stringify({ txData: story.signed, signatureId: 'sent' })]),
    );
  });
});
