import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { parseChainId } from '../../src/core/ids.js';
import { type RunningGateway, startGateway } from '../../src/gateway/server.js';
import { type OpenQueue, openQueue } from '../../src/storage/queue/queue.js';
import { key as cardanoKey, other } from '../chains/cardano/completed.js';
import { FlowNetwork } from '../chains/flow/network.js';
import { keyOf } from '../chains/signing.js';
import { startLedgerNode } from '../gateway/chains/carrying.js';
import { algorandLedger, cardanoLedger, multiversxLedger, vechainLedger } from '../gateway/chains/ledgers.js';
import { type Answer, apiKey, client, developmentId, optionsFor } from '../gateway/running.js';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { custos, makeHome, removeHome } from '../support/custos.js';
import { type SvmNode, startSvmNode } from '../support/svm-node.js';

const registry = createRegistry();
const keyFor = (id: string, fill?: number) => (id === 'ADA' ? cardanoKey : keyOf(registry.get(id), fill));
const chains = ['ETH', 'SOL', 'ALGO', 'VET', 'EGLD', 'ADA', 'FLOW'] as const;
/** One wallet a chain. */
const wallets = Object.fromEntries(chains.map((id) => [id, randomUUID()])) as Record<(typeof chains)[number], string>;
const [eth, sol, algo, egld] = [keyFor('ETH'), keyFor('SOL'), keyFor('ALGO'), keyFor('EGLD')];
const friendOf = (id: string) => keyFor(id, 0x22).address;
const account = '0xf8d6e0586b0a20c7';
const flowFriend = '0x01cf0e2f2f715450';
const env = { CUSTOS_PASSWORD: 'password of a node test', CUSTOS_API_KEY: apiKey };
const COUNT = 100;

const ledgers = {
  ALGO: algorandLedger(algo, friendOf('ALGO')),
  VET: vechainLedger(''),
  EGLD: multiversxLedger(egld),
  ADA: cardanoLedger(),
};
const flow = new FlowNetwork();
let home: string;
let directory: string;
let anvil: Anvil;
let svm: SvmNode;
let queue: OpenQueue;
let gateway: RunningGateway;
const nodes: { readonly url: string; close(): void }[] = [];
let ask: ReturnType<typeof client>;

beforeAll(async () => {
  home = makeHome();
  directory = mkdtempSync(join(tmpdir(), 'custos-gateway-'));
  [anvil, svm] = await Promise.all([startAnvil({ chainId: developmentId }), startSvmNode()]);
  await anvil.rpc('anvil_setBalance', [eth.address, '0x56bc75e2d63100000']);
  svm.fund(sol.address, 10_000_000_000n);
  // The chain stands still, so that no blockhash ends while a hundred payments are signed.
  svm.questionsABlock = 0;
  ledgers.ADA.outputs = [{ address: cardanoKey.address, txId: 'a1'.repeat(32), amount: 40_000_000n }];
  flow.accounts.set(account.slice(2), [{ publicKey: keyFor('FLOW').address, sequence: 0 }]);
  flow.accounts.set(flowFriend.slice(2), []);
  const said = [
    ...Object.entries(ledgers).map(([id, { says }]) => [id, says] as const),
    [
      'FLOW',
      ({ path, body }: Parameters<(typeof ledgers)['ADA']['says']>[0]) =>
        flow.node('own').http({ path, ...(body !== undefined && { body }) }),
    ] as const,
  ];
  const urls = new Map([
    [parseChainId('ETH'), anvil.url],
    [parseChainId('SOL'), svm.url],
  ]);
  for (const [id, says] of said) {
    const node = await startLedgerNode(says);
    nodes.push(node);
    urls.set(parseChainId(id), node.url);
  }
  queue = await openQueue(join(directory, 'queue.db'));
  gateway = await startGateway({ ...optionsFor('', queue), nodes: urls, keys: queue.keys, port: 0 });
  ask = client(gateway.url);
  const entries = chains.map((id) => {
    const privateKey = registry.get(id).keys.encodePrivateKey(keyFor(id).privateKey, 'testnet');
    return [wallets[id], { chain: id, testnet: true, privateKey }];
  });
  const input = JSON.stringify(Object.fromEntries(entries));
  expect(await custos(['wallet', 'import'], { home, env, input })).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await gateway?.close();
  await queue?.close();
  for (const node of nodes) node.close();
  await Promise.all([anvil?.close(), svm?.close()]);
  rmSync(directory, { recursive: true, force: true });
  removeHome(home);
});

/** Hands requests in, lets one daemon process carry all of them, and asks what became of each. */
async function carried(requests: readonly (readonly [path: string, form: object])[]): Promise<readonly string[]> {
  const answers: Answer[] = [];
  for (const [path, form] of requests) answers.push(await ask.post(path, form));
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  const daemon = ['daemon', '--testnet', '--runOnce', `--chain-id=ETH=${developmentId}`, '--confirmations=0'];
  expect(await custos(daemon, { home, env: { ...env, CUSTOS_CLOUD_URL: gateway.url } })).toMatchObject({ code: 0 });
  const states = await Promise.all(
    answers.map(async ({ body }) => (await ask.get(`/v3/kms/${body.signatureId}`)).body),
  );
  expect(states.map(({ chain, state, error }) => [chain, state, error])).toEqual(
    states.map(({ chain }) => [chain, 'completed', undefined]),
  );
  return states.map(({ txId }) => txId);
}

const deployment = { symbol: 'T', name: 'T', supply: '1', digits: 1, totalCap: '1000', address: eth.address };

it('one daemon carries what is queued for chains of every kind to their networks', async () => {
  const paid = { amount: '1', signatureId: '' };
  const [token, , algoId, vetId, , adaId, flowId] = await carried([
    ['/v3/blockchain/token/deploy', { ...deployment, chain: 'ETH', signatureId: wallets.ETH }],
    ['/v3/solana/transaction', { ...paid, from: sol.address, to: friendOf('SOL'), signatureId: wallets.SOL }],
    ['/v3/algorand/transaction', { ...paid, from: algo.address, to: friendOf('ALGO'), signatureId: wallets.ALGO }],
    ['/v3/vet/transaction', { ...paid, to: friendOf('VET'), signatureId: wallets.VET }],
    ['/v3/egld/transaction', { ...paid, from: egld.address, to: friendOf('EGLD'), signatureId: wallets.EGLD }],
    [
      '/v3/ada/transaction',
      {
        fromAddress: [{ address: cardanoKey.address, signatureId: wallets.ADA }],
        to: [{ address: other.address, value: 12.5 }],
      },
    ],
    ['/v3/flow/transaction', { ...paid, account, to: flowFriend, currency: 'FLOW', signatureId: wallets.FLOW }],
  ]);
  expect((await anvil.receipt(token ?? '')).status).toBe('0x1');
  expect(svm.balance(friendOf('SOL'))).toBe(1_000_000_000n);
  expect(ledgers.ALGO.taken.get(algoId ?? '')?.payment?.amount).toBe(1_000_000n);
  const clauses = ledgers.VET.taken.get(vetId ?? '')?.body.clauses;
  expect(clauses).toMatchObject([{ to: friendOf('VET'), data: '0x' }]);
  expect(ledgers.EGLD.taken.map(({ value, receiver }) => [value, String(receiver)])).toEqual([
    [10n ** 18n, friendOf('EGLD')],
  ]);
  expect(ledgers.ADA.outputs.map(({ txId, address, amount }) => [txId, address, amount])).toContainEqual([
    ...[adaId, other.address, 12_500_000n],
  ]);
  expect(flow.results.get(flowId ?? '')).toMatchObject({ status: 'Sealed', error_message: '' });
  // The contract that the next test calls.
  const { body } = await ask.get(`/v3/blockchain/sc/address/ETH/${token}`);
  expect(body.contractAddress).toMatch(/^0x[0-9a-f]{40}$/i);
  contract = body.contractAddress;
}, 120_000);

let contract = '';

it('a hundred payments of one account, and a hundred calls of a contract, all take effect when they are queued at once', async () => {
  const to = friendOf('ETH');
  const balance = async () => BigInt(String(await anvil.rpc('eth_getBalance', [to, 'latest'])));
  const before = { eth: await balance(), sol: svm.balance(friendOf('SOL')) };
  const payment = { to, amount: '0.001', currency: 'ETH', signatureId: wallets.ETH };
  const mint = { chain: 'ETH', contractAddress: contract, to, amount: '1', signatureId: wallets.ETH };
  const coins = (at: number) => ({
    ...{ from: sol.address, to: friendOf('SOL'), amount: `0.00${1000 + at}`, signatureId: wallets.SOL },
  });
  const ids = await carried(
    Array.from({ length: COUNT }).flatMap((_, at) => [
      ['/v3/ethereum/transaction', payment] as const,
      ['/v3/blockchain/token/mint', mint] as const,
      ['/v3/solana/transaction', coins(at)] as const,
    ]),
  );
  expect(new Set(ids).size).toBe(3 * COUNT);
  expect((await balance()) - before.eth).toBe(BigInt(COUNT) * 10n ** 15n);
  const data = `0x70a08231${to.slice(2).padStart(64, '0')}`;
  expect(BigInt(String(await anvil.rpc('eth_call', [{ to: contract, data }, 'latest'])))).toBe(BigInt(COUNT) * 10n);
  // Each payment differs by 0.000001 from the one before.
  expect(svm.balance(friendOf('SOL')) - before.sol).toBe(
    BigInt(COUNT) * 1_000_000n + 1000n * BigInt((COUNT * (COUNT - 1)) / 2),
  );
}, 180_000);
