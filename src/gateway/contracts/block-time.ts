import { CustosError } from '../../core/errors.js';
import { isRecord } from '../../http/json.js';
import { requestInvalid } from '../../http/problems.js';
import type { GatewayRequest, RoleRoutes } from '../caller.js';
import type { GatewayContext } from '../context.js';
import { type GatewayNode, safeNumber } from '../nodes/node.js';
import { placeOf } from './operation.js';

/** Recent blocks whose pace counts. */
const BLOCKS = 100;
/** ISO 8601, with or without a time. */
const dateForm = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2})?)?$/;

/** The route that estimates which number a block will have at a time: what `endedAt` of an auction is counted in. */
export function blockTimeRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  routes.get('/v3/blockchain/auction/time/:chain/:date', ['read', 'sign'], async (request) => {
    const { chain } = placeOf(gateway, request);
    if (chain.builder?.kind !== 'evm') {
      throw new CustosError('NOT_OFFERED', `no auctions are asked on ${chain.id}`);
    }
    return request.json(await blockAt(gateway.node(chain), dateOf(request)));
  });
}

/** @returns seconds since 1970 @throws CustosError REQUEST_INVALID */
function dateOf(request: GatewayRequest): number {
  const text = request.req.param('date') ?? '';
  const time = dateForm.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(time)) return time / 1000;
  throw requestInvalid([{ property: 'date', rule: 'date', text: 'must be a date and time by ISO 8601' }]);
}

async function blockAt(node: GatewayNode, time: number): Promise<number> {
  const newest = await blockOf(node, 'latest');
  const earlier = await blockOf(node, `0x${Math.max(0, newest.number - BLOCKS).toString(16)}`);
  const pace = (newest.time - earlier.time) / (newest.number - earlier.number);
  if (!(pace > 0))
    throw new CustosError('NODE_ANSWER_INVALID', 'the blocks of the node do not tell how fast they come');
  return Math.max(0, newest.number + Math.round((time - newest.time) / pace));
}

async function blockOf(node: GatewayNode, which: string): Promise<{ readonly number: number; readonly time: number }> {
  const block = await node.rpc('eth_getBlockByNumber', [which, false]);
  if (!isRecord(block)) throw new CustosError('NODE_ANSWER_INVALID', 'the node did not answer with a block');
  return { number: safeNumber(block['number'], 'a block'), time: safeNumber(block['timestamp'], 'a block') };
}
