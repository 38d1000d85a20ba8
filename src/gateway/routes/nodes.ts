import type { Chain } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { isOffered, isReading } from '../../core/network/node-methods.js';
import { readJson } from '../../http/body.js';
import { isRecord } from '../../http/json.js';
import { checkField, requestInvalid } from '../../http/problems.js';
import { callerOf, type GatewayRequest, type RoleRoutes, requireChain, requireRole } from '../caller.js';
import type { GatewayContext } from '../context.js';
import { bareAddress } from '../ethereum/bare-address.js';
import { feeAdvice, gasStation } from '../ethereum/fee-advice.js';
import { safeNumber } from '../nodes/node.js';
import { relayNamed } from './node-relay.js';
import { ask } from './questions.js';

/** Most calls in one JSON-RPC batch. */
const MAX_BATCH = 100;

/** Who may ask nodes what does not change anything. */
const asking = ['read', 'sign'] as const;

/** Routes that ask the configured nodes: JSON-RPC proxies, transaction count and fee advice. */
export function nodeRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  routes.post(`/v3/${gateway.slugs.any}/web3/:apiKey`, asking, (request) => {
    return forward(gateway, request, gateway.chainOf(request.req.param('slug') ?? ''));
  });
  // The documented way to nodes of Bitcoin's family, with the key in the header.
  routes.post(`/v3/${gateway.slugs.outputs}/node`, asking, (request) => {
    return forward(gateway, request, gateway.chainOf(request.req.param('slug') ?? ''));
  });
  for (const path of ['/v3/blockchain/node/:chain/:apiKey', '/v3/blockchain/node/:chain/:apiKey/*']) {
    routes.post(path, asking, (request) => {
      const chain = gateway.chainOfNode(request.req.param('chain') ?? '');
      return chain.tatum?.node?.paths === undefined
        ? forward(gateway, request, chain)
        : relayNamed(gateway, request, chain);
    });
  }
  routes.get(`/v3/${gateway.slugs.contracts}/transaction/count/:address`, asking, (request) =>
    countTransactions(gateway, request),
  );
  routes.get('/v3/blockchain/fee/:chain', asking, async (request) => {
    const chain = checkField('chain', () => gateway.chains.get(request.req.param('chain') ?? ''));
    if (chain.builder?.kind !== 'evm') {
      return ask(gateway, { request, chain, parts: [] }, { question: chain.tatum?.questions?.fee });
    }
    requireChain(callerOf(request), chain.id);
    return request.json(await feeAdvice(gateway.node(chain), gateway.clock));
  });
  // Replaces a chain's public gas station, so that a daemon behind this gateway needs no other service.
  for (const chain of gateway.chains.ids.map((id) => gateway.chains.get(id))) {
    const path = chain.tatum?.gasStationPath;
    if (path !== undefined)
      routes.get(path, asking, async (request) => request.json(await gasStation(gateway.node(chain))));
  }
}

async function forward(gateway: GatewayContext, request: GatewayRequest, chain: Chain): Promise<Response> {
  requireChain(callerOf(request), chain.id);
  const body = await readJson(request);
  const calls: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (calls.length === 0 || calls.length > MAX_BATCH || !calls.every(isCall)) {
    const text = `body must be a JSON-RPC call or a batch of at most ${MAX_BATCH}`;
    throw requestInvalid([{ property: 'body', rule: 'json-rpc', text }]);
  }
  if (calls.filter(isCall).some(({ params }) => holdsKey(params))) {
    const text = 'the gateway never takes keys: send signed bytes';
    throw requestInvalid([{ property: 'params', rule: 'forbidden', text }]);
  }
  const extra = gateway.extraMethods.get(chain.id);
  const refused = calls.filter(isCall).find(({ method }) => !isOffered(chain, method, extra));
  if (refused) throw new CustosError('NOT_OFFERED', `the method ${quote(refused.method)} is not offered`);
  // What sends bytes, and what the operator allowed beside the harmless methods, is not reading.
  if (!calls.filter(isCall).every(({ method }) => isReading(chain, method))) {
    requireRole(callerOf(request), ['sign']);
  }
  return Response.json(await gateway.node(chain).forward(body));
}

interface Call {
  readonly method: string;
  readonly params?: unknown;
}

/** rippled signs with a key that a client sends along, so that the key would pass two machines. */
function holdsKey(params: unknown): boolean {
  const names = ['secret', 'seed', 'seed_hex', 'passphrase'];
  return Array.isArray(params) && params.some((one) => isRecord(one) && names.some((name) => name in one));
}

function isCall(value: unknown): value is Call {
  return isRecord(value) && typeof value['method'] === 'string' && value['method'].length <= 100;
}

async function countTransactions(gateway: GatewayContext, request: GatewayRequest): Promise<Response> {
  const chain = gateway.chainOf(request.req.param('slug') ?? '');
  requireChain(callerOf(request), chain.id);
  const text = request.req.param('address') ?? '';
  const address = checkField('address', () => bareAddress(gateway, chain)(text));
  const count = await gateway.node(chain).rpc('eth_getTransactionCount', [address, 'pending']);
  return request.json(safeNumber(count, 'eth_getTransactionCount'));
}
