import { isRecord } from '../../http/json.js';
import { requestInvalid } from '../../http/problems.js';
import { answer } from '../answers.js';
import type { GatewayRequest, RoleRoutes } from '../caller.js';
import type { GatewayContext } from '../context.js';
import { addressField } from '../enqueue.js';
import { decodeResult } from '../ethereum/abi.js';
import { factoryOf } from './custody.js';
import { bareField, type Place, placeOf } from './operation.js';

/** Events of a factory by their topic, with the types of their data. */
const events = {
  created: { topic: '0x1449abf21e49fd025f33495e77f7b1461caefdd3d4bb646424a3f445c4576a5b', types: ['address'] },
  details: {
    topic: '0xc73427619458903ddfed317f155ade5fdb0f869ce14127ef0b4c992c95c6bc93',
    types: ['address', 'address', 'uint256'],
  },
  failed: {
    topic: '0x24e7702012ced233e23467d16a94ecf9bd06c350f8fadb065d4829886f855616',
    types: ['address', 'address', 'string'],
  },
} as const;

/** Questions about the wallets that a transaction made. */
export function madeWalletRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  routes.get('/v3/gas-pump/address/:chain/:txId', ['read', 'sign'], async (request) => {
    const place = placeOf(gateway, request);
    const receipt = await receiptOf(place, request, 'txId');
    if (receipt === undefined) return notFound();
    const valid = eventsIn(place, receipt, 'details').map(([made, , index]) => {
      return { index: Number(index), address: shownIn(place, made) };
    });
    const invalid = eventsIn(place, receipt, 'failed').map(([made, , reason]) => {
      return { address: shownIn(place, made), reason };
    });
    return request.json({ valid, invalid });
  });
  routes.get('/v3/blockchain/sc/custodial/:chain/:hash', ['read', 'sign'], async (request) => {
    const place = placeOf(gateway, request);
    const receipt = await receiptOf(place, request, 'hash');
    if (receipt === undefined) return notFound();
    const { contractAddress } = receipt;
    // A wallet that was created by itself, or those that a factory made.
    if (typeof contractAddress === 'string') return request.json([shownIn(place, contractAddress)]);
    return request.json(eventsIn(place, receipt, 'created').map(([made]) => shownIn(place, made)));
  });
}

function notFound(): Response {
  return answer(404, 'tx.not.found', 'No block has such a transaction.');
}

async function receiptOf({ gateway, chain }: Place, request: GatewayRequest, property: 'txId' | 'hash') {
  const txId = request.req.param(property) ?? '';
  if (!chain.codec.isTransactionId(txId)) {
    throw requestInvalid([{ property, rule: 'id', text: 'must be the id of a transaction' }]);
  }
  const receipt = await gateway.node(chain).rpc('eth_getTransactionReceipt', [txId]);
  return isRecord(receipt) ? receipt : undefined;
}

/** The values of the factory's events of one kind, as texts. */
function eventsIn(place: Place, receipt: Readonly<Record<string, unknown>>, kind: keyof typeof events) {
  const { topic, types } = events[kind];
  const factory = bareField(place, 'chain', factoryOf(place.gateway, place.chain));
  const logs: readonly unknown[] = Array.isArray(receipt['logs']) ? receipt['logs'] : [];
  return logs.filter(isRecord).flatMap(({ address, topics, data }) => {
    const isOwn = typeof address === 'string' && address.toLowerCase() === factory;
    if (!isOwn || !Array.isArray(topics) || topics[0] !== topic) return [];
    const found = decodeResult(
      types.map((type) => ({ type })),
      data,
    );
    return [types.length === 1 ? [String(found)] : types.map((_, at) => String(isRecord(found) ? found[at] : ''))];
  });
}

function shownIn({ gateway, chain }: Place, address = ''): string {
  return addressField(gateway, chain, 'chain', address);
}
