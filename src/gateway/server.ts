import { Hono, type HonoRequest } from 'hono';
import type { Builder } from '../core/chain/builder.js';
import type { Chain } from '../core/chain/chain.js';
import { CustosError } from '../core/errors.js';
import { type ChainId, type Network, quote } from '../core/ids.js';
import { type Log, silentLog } from '../core/log.js';
import { rulesOf } from '../core/signing/signing-rules.js';
import { hostCheck, keyCheck, noContent } from '../http/guard.js';
import type { Limits } from '../http/limits.js';
import { listen } from '../http/listen.js';
import { allowOf, methodsOf } from '../http/methods.js';
import { answer, errorAnswer } from './answers.js';
import type { GatewayContext, GatewayOptions, Slugs } from './context.js';
import { type DocumentedOperations, documentedOperations } from './documented.js';
import { pathKey, refuseKey } from './keys.js';
import { createGatewayMeter } from './meter.js';
import { type GatewayNode, gatewayNode } from './node.js';
import { nodeNames } from './node-names.js';
import { signingForms } from './requests.js';
import { broadcastRoutes } from './routes/broadcast.js';
import { nodeRoutes } from './routes/nodes.js';
import { paymentRoutes } from './routes/payments.js';
import { queueRoutes } from './routes/queue.js';
import { transferRoutes } from './routes/transfers.js';
import { isOpenPath, watchRoutes } from './routes/watch.js';
import { warnOfUnclaimed } from './unclaimed.js';

export type { GatewayOptions } from './context.js';

const DEFAULT_HOST = '127.0.0.1';
/** How long `close` waits for running requests, in milliseconds. */
const GRACE = 10_000;
/** Milliseconds until the gateway warns of a pending transaction that no daemon has fetched. */
const UNCLAIMED_AFTER = 300_000;
/** A node may search its unspent outputs for 280 seconds before it answers. */
const limits: Limits = { connections: 2048, headerTime: 10_000, requestTime: 60_000, silence: 330_000 };

/** A gateway as a function from request to answer, without a port. */
export interface Gateway {
  fetch(request: Request): Promise<Response>;
  /** Warns of transactions that no daemon fetches, until the signal. Never rejects. */
  watch(signal: AbortSignal): Promise<void>;
}

/** A gateway that listens. */
export interface RunningGateway {
  /** Without a slash at the end. */
  readonly url: string;
  /** Takes no new requests, waits for running ones (at most 10 seconds), and resolves when all connections are closed. */
  close(): Promise<void>;
}

/** Puts the self-hosted cloud together; every error becomes an answer in the API's shape. */
export function createGateway(options: GatewayOptions): Gateway {
  const log = options.log ?? silentLog;
  const chains = options.chains.ids.map((id) => options.chains.get(id));
  const documented = documentedOperations(chains);
  const gateway = contextOf(options, chains);
  // Not strict: a path with a slash at its end is the same path.
  const app = new Hono({ strict: false });
  guard(app, options, gateway);
  watchRoutes(app, gateway);
  queueRoutes(app, gateway);
  transferRoutes(app, gateway);
  paymentRoutes(app, gateway);
  broadcastRoutes(app, gateway);
  nodeRoutes(app, gateway);
  app.notFound((request) => unknownRoute(app, request.req, { documented, log }));
  app.onError((error) => errorAnswer(error, log));
  return {
    fetch: async (request) => app.fetch(request),
    watch: (signal) => warnOfUnclaimed(gateway, options.unclaimedAfter ?? UNCLAIMED_AFTER, signal),
  };
}

/**
 * Starts a gateway.
 * @param options - as for `createGateway`; `port` 0 takes any free one
 * @throws CustosError PORT_IN_USE
 */
export async function startGateway(options: GatewayOptions & { readonly port: number }): Promise<RunningGateway> {
  const { host = DEFAULT_HOST, port, log = silentLog } = options;
  const { fetch, watch } = createGateway(options);
  const { url, close } = await listen({
    ...{ host, port, log, answer: fetch },
    limits: { ...limits, ...options.limits },
    refuse: (error) => errorAnswer(error, log),
  });
  const stop = new AbortController();
  const watching = watch(stop.signal);
  return {
    url,
    async close() {
      stop.abort();
      await Promise.all([watching, close(GRACE)]);
    },
  };
}

/** Handlers in front of all routes. */
const GUARDS = 2;

function contextOf(options: GatewayOptions, chains: readonly Chain[]): GatewayContext {
  const offered = offeredChains(chains);
  const named = nodeNames(chains, options.network);
  const nodes = nodesOf(options);
  return {
    chains: options.chains,
    queue: options.queue,
    network: options.network,
    clock: options.clock,
    log: options.log ?? silentLog,
    rules: options.rules,
    extraMethods: options.extraMethods ?? new Map(),
    meter: createGatewayMeter(options),
    isKey: keyCheck(options.apiKey),
    nodes,
    forms: signingForms(feeCurrencies(chains, options.network)),
    slugs: slugsOf([...offered.values()]),
    chainOf: (slug) => {
      const chain = offered.get(slug);
      if (chain) return chain;
      throw new CustosError('NOT_OFFERED', `the chain ${quote(slug)} is not offered by this gateway`);
    },
    chainOfNode: (name) => {
      const chain = named(name);
      if (chain) return chain;
      throw new CustosError('NOT_OFFERED', `no node of ${quote(name)} is configured`);
    },
    node: (chain) => {
      const node = nodes.get(chain.id);
      if (node) return node;
      throw new CustosError('NOT_OFFERED', `no node is configured for ${chain.id}`);
    },
  };
}

function guard(app: Hono, options: GatewayOptions, { isKey }: GatewayContext): void {
  const checkHost = hostCheck(options.host ?? DEFAULT_HOST, options.allowedHosts ?? []);
  app.use('*', async (request, next) => {
    checkHost(request.req.header('host') ?? new URL(request.req.url).host);
    const given = { header: request.req.header('x-api-key'), path: pathKey(new URL(request.req.url).pathname) };
    const isOpen = isOpenPath(request.req.path, options.host ?? DEFAULT_HOST);
    if (!isOpen && !isKey(given.header) && !isKey(given.path)) return refuseKey(given);
    await next();
    // This shows a daemon that it may ask the nodes behind the gateway about signed bytes.
    request.header('x-custos-gateway', '1');
    return undefined;
  });
  app.use('*', noContent);
}

function offeredChains(chains: readonly Chain[]): ReadonlyMap<string, Chain> {
  const all = chains.filter(({ builder }) => builder !== undefined);
  return new Map(all.map((chain) => [chain.slug, chain]));
}

/** Symbols of the coin and the tokens that can pay a fee, on chains with a choice. */
function feeCurrencies(chains: readonly Chain[], network: Network): readonly string[] {
  return chains.flatMap((chain) => {
    const symbols = [...(chain.feeTokens?.(network).values() ?? [])].map(({ symbol }) => symbol);
    return symbols.length === 0 ? [] : [chain.coin, ...symbols];
  });
}

function slugsOf(chains: readonly Chain[]): Slugs {
  const segment = (...kinds: readonly (Builder['kind'] | undefined)[]) => {
    const names = chains.filter(({ builder }) => kinds.includes(builder?.kind)).map(({ slug }) => slug);
    // Without such a chain the segment matches nothing.
    return `:slug{${names.length === 0 ? '(?!)' : names.join('|')}}`;
  };
  return {
    contracts: segment('evm'),
    outputs: segment('bitcoind'),
    payments: segment('solana'),
    any: segment('evm', 'bitcoind', 'solana'),
  };
}

function nodesOf(options: GatewayOptions): ReadonlyMap<ChainId, GatewayNode> {
  const nodes = new Map<ChainId, GatewayNode>();
  for (const [id, url] of options.nodes) {
    const chain = options.chains.get(id);
    const way = options.fetch && { fetch: options.fetch };
    nodes.set(id, gatewayNode({ chain, network: options.network, url, rules: rulesOf(options.rules, id), ...way }));
  }
  return nodes;
}

// A path with other methods gets an answer that lists them; a documented path that is not offered gets its own refusal.
function unknownRoute(
  app: Hono,
  { method, path }: HonoRequest,
  { documented, log }: { readonly documented: DocumentedOperations; readonly log: Log },
): Response {
  const known = documented.methodsAt(path);
  if (known.includes(method)) {
    return errorAnswer(new CustosError('NOT_OFFERED', 'the self-hosted gateway does not offer this operation'), log);
  }
  const allow = allowOf([...new Set([...methodsOf(app, path, GUARDS), ...known])]);
  if (allow === '') return answer(404, 'route.unknown', 'The gateway has no such operation.');
  const refusal = answer(405, 'method.unknown', `The operation is asked by ${allow}.`);
  refusal.headers.set('allow', allow);
  return refusal;
}
