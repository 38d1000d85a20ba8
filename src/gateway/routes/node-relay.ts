import type { Chain } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { meaningOfPath } from '../../core/network/node-paths.js';
import { readContent } from '../../http/body.js';
import { callerOf, type GatewayRequest, type RoleRoutes, requireChain, requireRole } from '../caller.js';
import type { GatewayContext } from '../context.js';

/** Who may ask nodes what does not change anything. */
const asking = ['read', 'sign'] as const;

/** Routes that pass requests on to the HTTP interface of nodes that have one. */
export function nodeRelayRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  for (const chain of gateway.chains.ids.map((id) => gateway.chains.get(id))) {
    for (const path of chain.tatum?.node?.proxies ?? []) {
      const prefix = `/v3/${chain.slug}/${path.replace(/:$/, ':apiKey')}`;
      for (const method of ['get', 'post'] as const) {
        routes[method](`${prefix}/*`, asking, (request) => relay(gateway, request, { chain, prefix }));
      }
    }
  }
  routes.get('/v3/blockchain/node/:chain/:apiKey/*', asking, (request) =>
    relayNamed(gateway, request, gateway.chainOfNode(request.req.param('chain') ?? '')),
  );
}

/** Passes a request below the path of all nodes on. */
export function relayNamed(gateway: GatewayContext, request: GatewayRequest, chain: Chain): Promise<Response> {
  return relay(gateway, request, { chain, prefix: '/v3/blockchain/node/:chain/:apiKey' });
}

interface Relay {
  readonly chain: Chain;
  /** What stands in front of the node's own path, segment by segment. */
  readonly prefix: string;
}

/** @throws CustosError NOT_OFFERED: a path that is not known to be harmless; SCOPE_MISSING, NODE_UNREACHABLE */
async function relay(gateway: GatewayContext, request: GatewayRequest, { chain, prefix }: Relay): Promise<Response> {
  const caller = callerOf(request);
  requireChain(caller, chain.id);
  const { method: given, url } = request.req.raw;
  // RFC 9110, 9.3.2: HEAD is GET without the body of its answer. Not every node knows it, so the node is asked by GET.
  const method = given === 'HEAD' ? 'GET' : given;
  const { pathname, search } = new URL(url);
  const depth = prefix.split('/').length;
  const path = `/${pathname.split('/').slice(depth).join('/').replace(/\/$/, '')}`;
  const paths = chain.tatum?.node?.paths;
  const meaning = paths && meaningOfPath(paths, { method, path });
  if (meaning === undefined) {
    throw new CustosError('NOT_OFFERED', `the path ${quote(path)} of ${chain.id} nodes is not offered`);
  }
  // What sends bytes is not reading.
  if (meaning === 'sends') requireRole(caller, ['sign']);
  const body = method === 'GET' ? undefined : await readContent(request);
  const contentType = request.req.header('content-type');
  const answer = await gateway.node(chain).relay({
    method,
    path: `${path}${search}`,
    ...(body !== undefined && body.length > 0 && { body }),
    ...(contentType !== undefined && { contentType }),
  });
  // A page of another program is no answer of a node, and is not shown as one of the gateway.
  const shown = /^(application\/([a-z.+-]*\+)?json|text\/plain)\b/i.test(answer.contentType)
    ? answer.contentType
    : 'text/plain';
  return new Response(answer.text, {
    status: answer.status,
    headers: { 'content-type': shown, 'x-content-type-options': 'nosniff' },
  });
}
