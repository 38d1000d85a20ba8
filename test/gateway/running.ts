import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRegistry } from '../../src/chains/registry.js';
import { systemClock } from '../../src/core/clock.js';
import { type ChainId, parseChainId } from '../../src/core/ids.js';
import { Secret } from '../../src/core/secret.js';
import type { Queue } from '../../src/core/store/queue.js';
import { type GatewayOptions, type RunningGateway, startGateway } from '../../src/gateway/server.js';
import { type OpenQueue, openQueue } from '../../src/storage/queue/queue.js';
import { type Anvil, startAnvil } from '../support/anvil.js';

const chains = createRegistry();
export const apiKey = 'a key for tests only';
export const developmentId = 31337;
export const signatureId = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';

/** An answer of the gateway: status and parsed body. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read the fields they expect
  readonly body: any;
}

/** A gateway on a free port, in front of one local blockchain that plays all EVM chains, with its own queue. */
export interface Running {
  readonly node: Anvil;
  readonly gateway: RunningGateway;
  readonly queue: OpenQueue;
  readonly queueFile: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  call(method: string, path: string): Promise<Answer>;
  /** The pending transaction that a submission answered with. */
  pending(answer: Answer): Promise<Answer>;
  close(): Promise<void>;
}

export async function startRunning(change: Partial<GatewayOptions> = {}): Promise<Running> {
  const directory = await mkdtemp(join(tmpdir(), 'custos-gateway-'));
  const queueFile = join(directory, 'queue.db');
  const node = await startAnvil({ chainId: developmentId });
  const queue = await openQueue(queueFile);
  const gateway = await startGateway({ ...optionsFor(node.url, queue), keys: queue.keys, ...change, port: 0 });
  const { get, post, put, call } = client(gateway.url);
  return {
    node,
    gateway,
    queue,
    queueFile,
    get,
    post,
    put,
    call,
    pending: (answer) => get(`/v3/kms/${answer.body.signatureId}`),
    close: async () => {
      await gateway.close();
      await queue.close();
      await node.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const noRules = { feeCeilings: new Map(), allowedHazards: new Set<never>() };

/** Options of a gateway whose every chain is the node at `url`. */
export function optionsFor(url: string, queue: Queue): GatewayOptions {
  const everyChain = <T>(value: T): ReadonlyMap<ChainId, T> => new Map(chains.ids.map((id) => [id, value]));
  return {
    chains,
    queue,
    network: 'testnet',
    nodes: everyChain(url),
    rules: everyChain({ ...noRules, developmentChainId: BigInt(developmentId) }),
    apiKey: Secret.text(apiKey),
    clock: systemClock,
  };
}

/** Plain `fetch` against a gateway, with the API key. */
export function client(url: string): Pick<Running, 'get' | 'post' | 'put' | 'call'> {
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  const send = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
    ask(path, {
      method,
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    get: (path, headers = {}) => ask(path, { headers: { 'x-api-key': apiKey, ...headers } }),
    call: (method, path) => ask(path, { method, headers: { 'x-api-key': apiKey } }),
    post: (path, body, headers) => send('POST', path, body, headers),
    put: (path, body) => send('PUT', path, body),
  };
}

export const eth = parseChainId('ETH');
