import type { Chain } from '../../core/chain/chain.js';
import type { ReadSigned } from '../../core/chain/codec.js';
import type { RecordedTransaction } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import { tell } from '../../core/log.js';
import { oneByOne } from '../../core/one-by-one.js';
import type { QueueView } from '../../core/store/queue.js';
import { readForm } from '../../http/body.js';
import { checkField } from '../../http/problems.js';
import { callerOf, type GatewayRequest, type RoleRoutes, requireChain } from '../caller.js';
import type { GatewayContext } from '../context.js';
import type { GatewayNode } from '../nodes/node.js';
import { broadcastForm, parseForm } from '../requests.js';

/** The route that takes signed bytes. The same bytes twice give the same answer. */
export function broadcastRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  const oneAtATime = oneByOne();
  routes.post(`/v3/${gateway.slugs.any}/broadcast`, ['sign'], async (request) => {
    const chain = gateway.chainOf(request.req.param('slug') ?? '');
    requireChain(callerOf(request), chain.id);
    const { txData, signatureId, close } = parseForm(broadcastForm, await readForm(request));
    const signed = checkField('txData', () => readSigned(chain, txData, gateway.network));
    // Different bytes for one pending transaction must not race each other to the node.
    const work = () => broadcast(gateway, request, { chain, ...signed, pendingId: signatureId, close });
    return signatureId === undefined ? work() : oneAtATime(signatureId, work);
  });
}

interface SignedBytes extends ReadSigned {
  readonly chain: Chain;
  readonly pendingId: string | undefined;
  /** False if the daemon closes it by itself, once the chain has it. */
  readonly close: boolean;
}

function readSigned(chain: Chain, txData: string, network: Network): ReadSigned {
  if (chain.codec.readSigned) return chain.codec.readSigned(txData, network);
  throw new CustosError('NOT_OFFERED', `the gateway sends no transactions of ${chain.id}`);
}

async function broadcast(gateway: GatewayContext, request: GatewayRequest, signed: SignedBytes): Promise<Response> {
  const { chain, txId, raw, completed = '', pendingId, close } = signed;
  const { queue } = callerOf(request);
  if (pendingId !== undefined) await checkPending(queue, { chain, network: gateway.network, pendingId, txId });
  const refusal = raw === undefined ? undefined : await send(gateway.node(chain), chain, { raw, txId, completed });
  if (refusal !== undefined) {
    tell(gateway.log, 'broadcast-refused', { chain: chain.id, txId, id: pendingId });
    gateway.meter.count(chain.id, 'refused');
    return request.json(
      {
        errorCode: chain.tatum?.errors?.broadcast ?? `${chain.slug}.broadcast.failed`,
        message: `Unable to broadcast transaction due to ${refusal}.`,
        statusCode: 403,
      },
      403,
    );
  }
  // Durable before the daemon gets its answer: a transaction that we report as broadcast must not be pending again.
  if (pendingId !== undefined) {
    // A client that sends only an id has sent the bytes itself and checked them.
    if (close) await queue.complete(pendingId, txId, raw === undefined ? 'daemon' : 'gateway');
    else await queue.sent(pendingId, txId);
    gateway.meter.count(chain.id, close ? 'completed' : 'broadcast');
  }
  tell(gateway.log, 'transaction-broadcast', { chain: chain.id, txId, id: pendingId });
  return request.json({ txId });
}

/** Refuses bytes for a transaction that was withdrawn, belongs to another chain, or took effect with other bytes. */
async function checkPending(
  queue: QueueView,
  { chain, network, pendingId, txId }: { chain: Chain; network: Network; pendingId: string; txId: string },
): Promise<void> {
  const queued = await queue.get(pendingId);
  if (!queued || queued.state === 'deleted' || queued.chain !== chain.id || queued.network !== network) {
    throw new CustosError('KMS_MISSING', `no such KMS signature with id '${pendingId}'`);
  }
  if (queued.state !== 'pending' && queued.txId !== txId) {
    throw new CustosError(
      'STATE_CONFLICT',
      `the pending transaction ${pendingId} was ${queued.state} with other bytes`,
    );
  }
}

/** @returns the node's reason if it refused bytes that it did not know already */
async function send(
  node: GatewayNode,
  chain: Chain,
  signed: Omit<RecordedTransaction, 'sender'>,
): Promise<string | undefined> {
  const recorded = { ...signed, sender: '' };
  try {
    await chain.node.broadcast(recorded, node.client);
    return undefined;
  } catch (error) {
    if (!(error instanceof CustosError) || !refusals.has(error.code)) throw error;
    if ((await chain.node.fate?.(recorded, node.client)) === 'known') return undefined;
    const reason = error.details['reason'];
    return typeof reason === 'string' ? reason : error.message;
  }
}

const refusals: ReadonlySet<string> = new Set(['NODE_REFUSED', 'BROADCAST_REFUSED']);
