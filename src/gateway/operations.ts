import { Hono, type HonoRequest } from 'hono';
import { type Builder, canBuild } from '../core/chain/builder.js';
import type { Chain } from '../core/chain/chain.js';
import { CustosError } from '../core/errors.js';
import { type ChainId, type Network, quote } from '../core/ids.js';
import { type Log, silentLog } from '../core/log.js';
import { oneByOne } from '../core/one-by-one.js';
import { rulesOf } from '../core/signing/signing-rules.js';
import { noContent } from '../http/guard.js';
import { allowOf, methodsOf } from '../http/methods.js';
import { tronRoutes } from './accounts/tron.js';
import { xlmRoutes } from './accounts/xlm.js';
import { xrpRoutes } from './accounts/xrp.js';
import { answer, errorAnswer } from './answers.js';
import { formsByChain } from './by-chain.js';
import { type GatewayAccess, type GatewayApp, type GatewayEnvironment, type RoleRoutes, roleRoutes } from './caller.js';
import type { GatewayContext, OperationsOptions, Slugs } from './context.js';
import { contractRoutes } from './contracts/routes.js';
import { type DocumentedOperations, documentedOperations } from './documented.js';
import { pathKey, refuseKey } from './keys.js';
import { nodeNames } from './nodes/names.js';
import { type GatewayNode, gatewayNode } from './nodes/node.js';
import { reasonAgainst } from './refusals.js';
import { signingForms } from './requests.js';
import { broadcastRoutes } from './routes/broadcast.js';
import { algorandRoutes } from './routes/chains/algorand.js';
import { cardanoRoutes } from './routes/chains/cardano.js';
import { flowRoutes } from './routes/chains/flow.js';
import { multiversxRoutes } from './routes/chains/multiversx.js';
import { solanaRoutes } from './routes/chains/solana.js';
import { solanaMarketRoutes } from './routes/chains/solana-markets.js';
import { vechainRoutes } from './routes/chains/vechain.js';
import { nodeRelayRoutes } from './routes/node-relay.js';
import { nodeRoutes } from './routes/nodes.js';
import { paymentRoutes } from './routes/payments.js';
import { questionRoutes } from './routes/questions.js';
import { queueRoutes } from './routes/queue.js';
import { subscriptionRoutes } from './routes/subscriptions.js';
import { transferRoutes } from './routes/transfers.js';

/** What stands in front of the operations. */
export interface OperationsDoor {
  readonly access: GatewayAccess;
  readonly meter: GatewayContext['meter'];
  /** Refuses a request before its key is read. */
  check?(request: HonoRequest): void;
  /** Whether a path needs no key. */
  isOpen?(path: string): boolean;
  /** Adds what does not belong to the operations. */
  addTo?(app: GatewayApp, gateway: GatewayContext): void;
}

/** All operations of the documented API that are offered. Every error becomes an answer in that API's shape. */
export interface Operations {
  readonly gateway: GatewayContext;
  /** @param peer - where the connection comes from */
  answer(request: Request, peer?: GatewayEnvironment['Bindings']): Promise<Response>;
}

/** Handlers in front of all routes. */
const GUARDS = 2;

export function createOperations(options: OperationsOptions, door: OperationsDoor): Operations {
  const log = options.log ?? silentLog;
  const chains = options.chains.ids.map((id) => options.chains.get(id));
  const documented = documentedOperations(chains);
  const closed = chains.filter(({ closedNetwork }) => closedNetwork !== undefined).map(({ slug }) => slug);
  const gateway = contextOf(options, chains, door);
  // Not strict: a path with a slash at its end is the same path.
  const app = new Hono<GatewayEnvironment>({ strict: false });
  guard(app, door);
  door.addTo?.(app, gateway);
  addRoutes(roleRoutes(app), gateway);
  app.notFound((request) => unknownRoute(app, request.req, { documented, closed, log }));
  app.onError((error) => errorAnswer(error, log));
  return { gateway, answer: async (request, peer = {}) => app.fetch(request, peer) };
}

/** Adds every operation that needs a role, one line a family. */
export function addRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  const forms = formsByChain(routes, gateway);
  queueRoutes(routes, gateway);
  transferRoutes(routes, forms, gateway);
  paymentRoutes(routes, forms, gateway);
  contractRoutes(routes, forms, gateway);
  tronRoutes(routes, gateway);
  xrpRoutes(routes, gateway);
  xlmRoutes(routes, gateway);
  broadcastRoutes(routes, gateway);
  nodeRoutes(routes, gateway);
  nodeRelayRoutes(routes, gateway);
  algorandRoutes(routes, forms, gateway);
  cardanoRoutes(routes, gateway);
  flowRoutes(routes, forms, gateway);
  multiversxRoutes(routes, gateway);
  solanaRoutes(routes, forms, gateway);
  solanaMarketRoutes(routes, forms, gateway);
  vechainRoutes(routes, gateway);
  questionRoutes(routes, gateway);
  subscriptionRoutes(routes);
}

function contextOf(options: OperationsOptions, chains: readonly Chain[], { meter }: OperationsDoor): GatewayContext {
  const offered = offeredChains(chains);
  const named = nodeNames(chains, options.network);
  const nodes = nodesOf(options);
  return {
    chains: options.chains,
    network: options.network,
    clock: options.clock,
    log: options.log ?? silentLog,
    rules: options.rules,
    contracts: options.contracts ?? { tokens: new Map(), codes: new Map(), factories: new Map() },
    extraMethods: options.extraMethods ?? new Map(),
    meter,
    nodes,
    forms: signingForms(feeCurrencies(chains, options.network)),
    slugs: slugsOf([...offered.values()]),
    turns: oneByOne(),
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

function guard(app: GatewayApp, { access, check, isOpen = () => false }: OperationsDoor): void {
  app.use('*', async (request, next) => {
    const { req, env } = request;
    check?.(req);
    const given = { header: req.header('x-api-key'), path: pathKey(new URL(req.url).pathname) };
    if (!isOpen(req.path)) {
      const callerOf = async (key: string | undefined) => (key === undefined ? undefined : access.callerOf(key, env));
      const caller = (await callerOf(given.header)) ?? (await callerOf(given.path));
      if (caller === undefined) return refuseKey(given);
      request.set('caller', caller);
    }
    await next();
    // This shows a daemon that it may ask the nodes behind the gateway about signed bytes.
    request.header('x-custos-gateway', '1');
    return undefined;
  });
  app.use('*', noContent);
}

function offeredChains(chains: readonly Chain[]): ReadonlyMap<string, Chain> {
  const all = chains.filter(canBuild);
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
  // Without such a chain the segment matches nothing.
  const segment = (named: readonly Chain[]) =>
    `:slug{${named.length === 0 ? '(?!)' : named.map(({ slug }) => slug).join('|')}}`;
  const of = (...kinds: readonly Builder['kind'][]) =>
    segment(chains.filter(({ builder }) => builder !== undefined && kinds.includes(builder.kind)));
  return { contracts: of('evm'), outputs: of('bitcoind'), payments: of('solana'), any: segment(chains), of };
}

function nodesOf(options: OperationsOptions): ReadonlyMap<ChainId, GatewayNode> {
  const nodes = new Map<ChainId, GatewayNode>();
  for (const [id, url] of options.nodes) {
    const chain = options.chains.get(id);
    const way = options.fetch && { fetch: options.fetch };
    nodes.set(id, gatewayNode({ chain, network: options.network, url, rules: rulesOf(options.rules, id), ...way }));
  }
  return nodes;
}

interface Unknown {
  readonly documented: DocumentedOperations;
  /** Names in URLs of chains that no longer exist. */
  readonly closed: readonly string[];
  readonly log: Log;
}

// A path with other methods gets an answer that lists them; a documented path that is not offered gets its own refusal.
function unknownRoute(app: GatewayApp, { method, path }: HonoRequest, { documented, closed, log }: Unknown): Response {
  const known = documented.methodsAt(path);
  // Where GET is documented, HEAD is (RFC 9110, 9.3.2).
  if (known.includes(method === 'HEAD' ? 'GET' : method)) {
    const why = `the self-hosted gateway does not offer this operation: ${reasonAgainst(path, closed)}`;
    return errorAnswer(new CustosError('NOT_OFFERED', why), log);
  }
  const allow = allowOf([...new Set([...methodsOf(app, path, GUARDS), ...known])]);
  if (allow === '') return answer(404, 'route.unknown', 'The gateway has no such operation.');
  const refusal = answer(405, 'method.unknown', `The operation is asked by ${allow}.`);
  refusal.headers.set('allow', allow);
  return refusal;
}
