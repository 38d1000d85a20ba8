import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRegistry } from '../../../src/chains/registry.js';
import type { Chain } from '../../../src/core/chain/chain.js';
import type { NodeClient } from '../../../src/core/chain/node.js';
import { CustosError } from '../../../src/core/errors.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import { type GatewayOptions, startGateway } from '../../../src/gateway/server.js';
import { openQueue } from '../../../src/storage/queue/queue.js';
import type { NodeSays } from '../../support/account-ledgers.js';
import { json, type Seen, type Server, startServer } from '../../support/http.js';
import type { TestKey } from '../../support/test-key.js';
import { type Answer, apiKey, client, optionsFor, signatureId } from '../running.js';

/** A gateway in front of a node that a test plays, and the way of a daemon through it. */
export interface AccountGateway extends ReturnType<typeof client> {
  readonly url: string;
  readonly node: Server;
  /** What the node says by JSON-RPC method or by path; it may change. */
  says: NodeSays;
  /** The queued transaction of an answer. */
  queued(answer: Answer): Promise<string>;
  /** Signs all pending transactions of the wallet and hands them in, as a daemon does. @returns the ids of the network */
  carry(chain: Chain, key: TestKey): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const registry = createRegistry();

/** @param now - what the clock of the gateway says   @param change - of its options */
export async function startAccountGateway(
  says: NodeSays,
  now = Date.now,
  change: Partial<GatewayOptions> = {},
): Promise<AccountGateway> {
  const directory = await mkdtemp(join(tmpdir(), 'custos-accounts-'));
  const node = await startServer((response, seen) => reply(response, seen, running.says));
  const queue = await openQueue(join(directory, 'queue.db'));
  const options = optionsFor(node.url, queue);
  const clock = { ...options.clock, now };
  const gateway = await startGateway({ ...options, clock, keys: queue.keys, ...change, port: 0 });
  const ask = client(gateway.url);
  const running: AccountGateway = {
    ...ask,
    ...{ url: gateway.url, node, says },
    queued: async (answer) => (await ask.get(`/v3/kms/${answer.body.signatureId}`)).body.serializedTransaction,
    carry: (chain, key) => carry(ask, chain, key),
    async close() {
      await gateway.close();
      await queue.close();
      await node.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return running;
}

async function reply(response: ServerResponse, { url, body }: Seen, says: NodeSays): Promise<void> {
  const asked: unknown = body.startsWith('{') || body.startsWith('[') ? JSON.parse(body) : body;
  const isRpc = url === '/' && typeof asked === 'object' && asked !== null && 'method' in asked;
  const { method, params, id } = isRpc ? (asked as Record<string, unknown>) : {};
  const said = await (isRpc ? says(String(method), params) : says(url, asked));
  if (!(said instanceof Error)) json(isRpc ? { id, jsonrpc: '2.0', result: said } : said)(response, seenless);
  else if (isRpc) json({ id, error: { code: -32000, message: said.message } })(response, seenless);
  else json(JSON.parse(said.message), 400)(response, seenless);
}

const seenless: Seen = { method: '', url: '', headers: {}, body: '' };

async function carry(ask: ReturnType<typeof client>, chain: Chain, key: TestKey): Promise<readonly string[]> {
  const { body: list } = await ask.post(`/v3/kms/pending/${chain.id}`, { signatureIds: [signatureId] });
  const sent: string[] = [];
  for (const one of list) {
    const pending = parsePending(one, chain.id, 'testnet');
    const context = { network: 'testnet' as const, from: key.address, signers: [{ address: key.address }] };
    const nextNonce = () => Promise.reject(new Error('the gateway has given the number'));
    const completed = await chain.node.complete(pending, { ...context, node: nodeThrough(ask, chain), nextNonce });
    // Every daemon signs it as it is: nothing was missing.
    if (completed !== pending.serialized) throw new Error(`something was filled in: ${completed}`);
    const signed = await chain.codec.parse(completed, context).sign([key]);
    const { status, body } = await ask.post(`/v3/${chain.slug}/broadcast`, {
      ...{ txData: signed.raw, signatureId: pending.id },
    });
    if (status !== 200) throw new Error(JSON.stringify(body));
    sent.push(body.txId);
  }
  return sent;
}

/** The node as a daemon asks it. */
function nodeThrough(ask: ReturnType<typeof client>, chain: Chain): NodeClient {
  const base = `/v3/blockchain/node/${chain.id}/${encodeURIComponent(apiKey)}`;
  const refused = (body: unknown) => new CustosError('NODE_REFUSED', JSON.stringify(body));
  return {
    async http({ path, body: asked }) {
      const { status, body } = await (asked === undefined ? ask.get(base + path) : ask.post(base + path, asked));
      if (status >= 400) throw refused(body);
      return body;
    },
    async rpc(method, params) {
      const { body } = await ask.post(base, { jsonrpc: '2.0', id: 1, method, params });
      if (body.error !== undefined) throw refused(body);
      return body.result;
    },
  };
}

/** Every member of a form that is missing, null, or of a wrong type, with its name. */
export function faultsOf(form: object, required: readonly string[]): readonly (readonly [string, object])[] {
  return required.flatMap((name) => [
    [name, { ...form, [name]: undefined }] as const,
    [name, { ...form, [name]: null }] as const,
    [name, { ...form, [name]: { odd: true } }] as const,
    [name, { ...form, [name]: '' }] as const,
  ]);
}

/** Names of the members that an answer finds fault with. */
export function membersAtFault({ status, body }: Answer): unknown {
  const members = (body.data ?? []).map(({ property }: { property: string }) => property);
  return { status, code: body.errorCode, members: [...new Set(members)] };
}
