import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRegistry } from '../../../src/chains/registry.js';
import { parseChainId } from '../../../src/core/ids.js';
import { startGateway } from '../../../src/gateway/server.js';
import { openQueue } from '../../../src/storage/queue/queue.js';
import { evmChains } from '../../support/payment-nodes/evm.js';
import { optionsFor } from '../running.js';
import { answersByChain, factory } from './nodes.js';

/** A gateway of mainnet in front of a node of every chain. */
export interface Scene {
  /** Of the gateway, without a slash at the end. */
  readonly url: string;
  /** The database of its queue. */
  readonly queueFile: string;
  /** Questions that no node could answer, as `ETH eth_call`. */
  readonly unanswered: readonly string[];
  close(): Promise<void>;
}

export async function startScene(): Promise<Scene> {
  const directory = await mkdtemp(join(tmpdir(), 'custos-clients-'));
  const unanswered: string[] = [];
  const node = createServer((request, response) => void reply(request, response, unanswered));
  await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve));
  const { port } = node.address() as AddressInfo;
  const queueFile = join(directory, 'queue.db');
  const queue = await openQueue(queueFile);
  const gateway = await startGateway({
    ...optionsFor('', queue),
    network: 'mainnet',
    nodes: new Map(createRegistry().ids.map((id) => [id, `http://127.0.0.1:${port}/${id}`])),
    rules: new Map(),
    keys: queue.keys,
    subscriptions: queue.subscriptions,
    contracts: {
      tokens: new Map(),
      codes: new Map(),
      factories: new Map(evmChains.map((id) => [parseChainId(id), factory])),
    },
    port: 0,
  });
  return {
    url: gateway.url,
    queueFile,
    unanswered,
    async close() {
      await gateway.close();
      await queue.close();
      node.closeAllConnections();
      await new Promise((resolve) => node.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface Call {
  readonly id: unknown;
  readonly method: string;
  readonly params: unknown;
}

async function reply(request: IncomingMessage, response: ServerResponse, unanswered: string[]): Promise<void> {
  const [, chain = '', ...rest] = (request.url ?? '').split('/');
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part as Uint8Array);
  const text = Buffer.concat(parts).toString();
  const asked: unknown = /^[{[]/.test(text) ? JSON.parse(text) : text;
  const say = (name: string, about: unknown): unknown => {
    const found = answersByChain.get(chain)?.[name];
    if (found === undefined) unanswered.push(`${chain} ${name}`);
    return structuredClone(typeof found === 'function' ? found(about) : found);
  };
  const rpc = ({ id, method, params }: Call) => {
    const result = say(method, params);
    const error = result === undefined || result instanceof Error ? { code: -32601, message: 'no answer' } : null;
    return { jsonrpc: '2.0', id, ...(error === null ? { result } : { error }) };
  };
  response.setHeader('content-type', 'application/json');
  if (rest.length === 0) {
    const calls = asked as Call | readonly Call[];
    response.end(textOf('method' in calls ? rpc(calls) : calls.map(rpc)));
    return;
  }
  const said = say(`/${rest.join('/')}`, asked);
  const isRefusal = said === undefined || said instanceof Error;
  response.statusCode = isRefusal ? 404 : 200;
  response.end(textOf(isRefusal ? { status: 404, title: 'Resource Missing' } : said));
}

/** JSON with whole numbers of any size, as some nodes write it. */
function textOf(value: unknown): string {
  const marked = JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? `\u0000${one}` : one));
  return marked.replaceAll(/"\\u0000(\d+)"/g, '$1');
}
