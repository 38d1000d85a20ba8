import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Context, Hono } from 'hono';
import type { Chain } from '../../core/chain.js';
import { CustosError } from '../../core/errors.js';
import { readJson } from '../body.js';
import type { GatewayContext } from '../context.js';
import type { GatewayNode } from '../node.js';
import { broadcastForm, parseForm } from '../requests.js';

/** The route that takes signed bytes. The same bytes twice give the same answer. */
export function broadcastRoutes(app: Hono, gateway: GatewayContext): void {
  const oneAtATime = turns();
  app.post(`/v3/${gateway.slug}/broadcast`, async (request) => {
    const chain = gateway.chainOf(request.req.param('slug') ?? '');
    const { txData, signatureId } = parseForm(broadcastForm, await readJson(request));
    const raw = `0x${txData.replace(/^0x/, '').toLowerCase()}`;
    // Different bytes for one pending transaction must not race each other to the node.
    const work = () => broadcast(gateway, request, { chain, raw, pendingId: signatureId });
    return signatureId === undefined ? work() : oneAtATime(signatureId, work);
  });
}

interface SignedBytes {
  readonly chain: Chain;
  readonly raw: string;
  readonly pendingId: string | undefined;
}

async function broadcast(gateway: GatewayContext, request: Context, signed: SignedBytes): Promise<Response> {
  const { chain, raw, pendingId } = signed;
  const txId = transactionHash(raw);
  if (pendingId !== undefined) await checkPending(gateway, { chain, pendingId, txId });
  const refusal = await send(gateway.node(chain), raw, txId);
  if (refusal !== undefined) {
    gateway.log.warn({ chain: chain.id, txId, id: pendingId }, 'broadcast refused by the node');
    return request.json(
      {
        errorCode: `${chain.slug}.broadcast.failed`,
        message: `Unable to broadcast transaction due to ${refusal}.`,
        statusCode: 403,
      },
      403,
    );
  }
  // Durable before the daemon hears of it: what it was told is broadcast is never pending again.
  if (pendingId !== undefined) await gateway.queue.complete(pendingId, txId);
  gateway.log.info({ chain: chain.id, txId, id: pendingId }, 'transaction broadcast');
  return request.json({ txId });
}

/** Refuses bytes for a transaction that was withdrawn, belongs to another chain, or took effect with other bytes. */
async function checkPending(
  gateway: GatewayContext,
  { chain, pendingId, txId }: { chain: Chain; pendingId: string; txId: string },
): Promise<void> {
  const queued = await gateway.queue.get(pendingId);
  if (!queued || queued.state === 'deleted' || queued.chain !== chain.id || queued.network !== gateway.network) {
    throw new CustosError('KMS_MISSING', `no such KMS signature with id '${pendingId}'`);
  }
  if (queued.state === 'completed' && queued.txId !== txId) {
    throw new CustosError('STATE_CONFLICT', `the pending transaction ${pendingId} was completed by other bytes`);
  }
}

/** @returns the node's reason when it refused bytes that it does not know already */
async function send(node: GatewayNode, raw: string, txId: string): Promise<string | undefined> {
  try {
    await node.rpc('eth_sendRawTransaction', [raw]);
    return undefined;
  } catch (error) {
    if (!(error instanceof CustosError) || error.code !== 'NODE_REFUSED') throw error;
    if ((await node.rpc('eth_getTransactionByHash', [txId])) !== null) return undefined;
    const reason = error.details['reason'];
    return typeof reason === 'string' ? reason : 'an unknown reason';
  }
}

/** @returns the hash by which the chain names the transaction: Keccak-256 of its bytes (EIP-2718, Yellow Paper) */
function transactionHash(raw: string): string {
  return `0x${Buffer.from(keccak_256(Buffer.from(raw.slice(2), 'hex'))).toString('hex')}`;
}

/** @returns a function that lets works with the same key run one after the other */
function turns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(key, turn);
    const leave = () => {
      if (last.get(key) === turn) last.delete(key);
    };
    turn.then(leave, leave);
    return turn;
  };
}
