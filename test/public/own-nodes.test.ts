import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { FlowNetwork } from '../chains/flow/network.js';
import { keyOfVector, signVector } from '../chains/replay.js';
import { custos, removeHome } from '../support/custos.js';
import { makeQuickHome } from '../support/quick-slot.js';
import { type StubCloud, startStubCloud } from '../support/stub-cloud.js';
import { chainIds, loadVectors, type TransactionVector, unprovedFlags } from '../support/vectors.js';

const env = { CUSTOS_PASSWORD: 'password of own nodes', CUSTOS_API_KEY: 'test-api-key', CUSTOS_LOG_LEVEL: 'error' };
const registry = createRegistry();
// Where the network was shut down, there is no node to ask.
const ids = chainIds.filter((id) => registry.get(id).closedNetwork === undefined);
const home = await makeQuickHome(env);
const flowNetwork = new FlowNetwork();
/** What each chain's node was asked. */
const asked = new Map<string, string[]>();
/** Id of the transaction that each chain's wallet signs; what a node answers to signed bytes. */
const txIds = new Map<string, string>();
let cloud: StubCloud;
let ended: { readonly code: number | null; readonly stderr: string };

function vectorOf(id: string): TransactionVector {
  const isPlain = ({ testnet, deterministic, name, pending }: TransactionVector) =>
    testnet && deterministic && pending['withdrawalId'] === undefined && name !== 'nonce-zero';
  const all = loadVectors(id).transactions.filter(isPlain);
  return all.find(({ name }) => /all-given/.test(name)) ?? all[0]!;
}

/** A node answers what the recorded one answered, and takes any signed bytes. */
function answer(id: string, { path, body }: { path: string; body: Record<string, unknown> }): unknown {
  const txId = txIds.get(id);
  const { rpc } = vectorOf(id);
  const { method } = body;
  asked.set(id, [...(asked.get(id) ?? []), typeof method === 'string' ? method : path]);
  if (id === 'FLOW') return flowNetwork.node('own').http({ path, body });
  if (typeof method === 'string') {
    if (/^sendrawtransaction$|_sendRawTransaction$|^sendTransaction$/.test(method)) return rpcAnswer(txId);
    if (method === 'submit') return rpcAnswer({ engine_result: 'tesSUCCESS' });
    if (method === 'getTransaction') return rpcAnswer({ meta: { err: null } });
    if (method === 'getGenesisHash') return rpcAnswer('EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG');
    // The recorded cloud had Klaytn's own names, which its nodes have beside Ethereum's.
    const isAsked = (name = '') => name === method || (method === 'eth_chainId' && name === 'klay_chainID');
    return rpc.find(({ request }) => isAsked(request.body?.method))?.response.body;
  }
  const recorded = rpc.find(({ request }) => request.url.endsWith(path));
  if (recorded !== undefined) return recorded.response.body;
  const taken = { hash: txId, id: txId, txId, txid: txId, result: true, data: { txHash: txId } };
  return { ...taken, transaction_identifier: { hash: txId } };
}

function rpcAnswer(result: unknown) {
  return { jsonrpc: '2.0', id: 1, result };
}

const nodes = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString();
  const [, id = '', path = ''] = /^\/([A-Z]+)(.*)$/.exec(request.url ?? '') ?? [];
  const body = text.startsWith('{') ? JSON.parse(text) : {};
  const found = await Promise.resolve()
    .then(() => answer(id, { path, body }))
    .catch(() => undefined);
  response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
  const withId = typeof found === 'object' && found !== null && 'jsonrpc' in found ? { ...found, id: body.id } : found;
  response.end(JSON.stringify(withId ?? {}));
});

beforeAll(async () => {
  nodes.listen(0, '127.0.0.1');
  await once(nodes, 'listening');
  cloud = await startStubCloud();
  const entries: Record<string, unknown> = {};
  for (const id of ids) {
    const vector = vectorOf(id);
    const chain = registry.get(id);
    cloud.queue(id).push(vector.pending);
    for (const [one, wallet] of Object.entries(vector.wallets)) entries[one] = { ...wallet, chain: id, testnet: true };
    if (id !== 'FLOW') txIds.set(id, (await signVector(chain, vector)).txId);
  }
  const { account } = JSON.parse(vectorOf('FLOW').pending.serializedTransaction).body;
  const publicKey = (await keyOfVector(registry.get('FLOW'), vectorOf('FLOW'))).address;
  flowNetwork.accounts.set(account.replace(/^0x/, ''), [{ publicKey, sequence: 0 }]);
  expect(await custos(['wallet', 'import'], { home, env, input: JSON.stringify(entries) })).toMatchObject({ code: 0 });
  const port = (nodes.address() as AddressInfo).port;
  const flags = ids.map((id) => `--node=${id}=http://127.0.0.1:${port}/${id}`);
  // These nodes know no blocks.
  ended = await custos(['daemon', '--runOnce', '--testnet', '--confirmations=0', ...unprovedFlags, ...flags], {
    home,
    env: { ...env, CUSTOS_CLOUD_URL: cloud.url },
  });
});

afterAll(async () => {
  nodes.close();
  nodes.closeAllConnections();
  await cloud.close();
  removeHome(home);
});

describe.each(ids)('%s with an own node', (id) => {
  it('an own node gets the signed bytes, and the cloud hears only about its queue', () => {
    const pending = String(vectorOf(id).pending['id']);
    const closed = cloud.closed.find((one) => one.id === pending);
    const report = cloud.reports.find(({ signatureId }) => signatureId === pending);
    expect(closed, `${report?.error} ${ended.stderr} ${asked.get(id)}`).toBeDefined();
    const sent = [...flowNetwork.results.keys()][0];
    expect(closed?.txId).toBe(id === 'FLOW' ? sent : txIds.get(id));
    expect(asked.get(id)).not.toEqual([]);
  });
});

it('the cloud is asked only for the queue', () => {
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const others = cloud.requests.filter(({ path }) => !/^\/v3\/kms\/(pending\/[A-Z]+|[0-9a-f]{24}\/\w+)$/.test(path));
  expect(others).toEqual([]);
  expect(cloud.broadcasts).toEqual([]);
});
