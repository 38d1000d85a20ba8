import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { tell } from '../../core/log.js';
import type { JournalFact } from '../../core/store/journal.js';
import { advance } from '../advance.js';
import { expired, isMortal } from '../fate.js';
import { type FreezeParts, refuseFrozen } from '../frozen.js';
import type { Claimed, LifecycleParts, Sent } from '../parts.js';
import { goesByNode, isFollowed } from '../route.js';
import { step, type Traced } from '../step.js';

type BroadcastParts = Traced &
  FreezeParts &
  Pick<LifecycleParts, 'journal' | 'nodes' | 'confirmations' | 'leases' | 'log'>;

/** What the network took. */
export interface Broadcast extends Sent {
  readonly claimed: Claimed;
  /** If the source closed the transaction by sending the bytes to the network: what is to be recorded of it, with its end. */
  readonly closing: JournalFact['sent'];
}

/**
 * Hands recorded bytes to the network, through a node or the source. Sending the same bytes again is not an error.
 * @throws CustosError FROZEN, BROADCAST_REFUSED, BROADCAST_DEFERRED, TRANSACTION_EXPIRED, LEASE_LOST, NODE_*, CLOUD_*, STEP_TIMEOUT
 */
export async function broadcast(parts: BroadcastParts, claimed: Claimed, sent: Sent): Promise<Broadcast> {
  const { entry, lease } = claimed;
  const { chain, recorded } = sent;
  if (chain.closedNetwork !== undefined) {
    tell(parts.log, 'network-closed', { id: entry.id, chain: chain.id, reason: chain.closedNetwork });
  }
  const isClosed = !goesByNode(parts, claimed, chain) && !isFollowed(parts, claimed, chain);
  await parts.leases.check(lease);
  await refuseFrozen(parts, entry);
  const { txId } = await step(parts, 'broadcast', entry.id, () => handOver(parts, claimed, sent));
  const fact = checkTxId(parts, claimed, { sent, txId });
  const known = { chain, recorded: { ...recorded, ...fact } };
  if (isClosed) return { ...known, claimed, closing: fact };
  await advance(parts, claimed, { to: 'broadcast', fact, event: 'broadcast' });
  return { ...known, claimed: { ...claimed, entry: { ...entry, state: 'broadcast' } }, closing: undefined };
}

async function handOver(
  parts: BroadcastParts,
  claimed: Claimed,
  { chain, recorded }: Sent,
): Promise<{ readonly txId: string }> {
  const { entry, source } = claimed;
  const isByNode = source.broadcast === undefined || goesByNode(parts, claimed, chain);
  const manner = isFollowed(parts, claimed, chain) ? 'keep open' : 'close';
  const answer = isByNode
    ? parts.nodes.broadcast(chain, recorded)
    : source.broadcast(chain, entry.pending, recorded, manner);
  return answer.catch((error: unknown) => {
    // Expired bytes that can be made again are not a failure. Whoever refused them has already asked for the proof.
    const isRefused = error instanceof CustosError && error.code === 'BROADCAST_REFUSED';
    if (isRefused && error.details['dead'] === true && isMortal(chain)) throw expired(entry, chain);
    throw error;
  });
}

/** @returns what to record of the answered id. @throws CustosError NODE_ANSWER_INVALID */
function checkTxId(
  { log }: BroadcastParts,
  { entry }: Claimed,
  { sent: { chain, recorded }, txId }: { readonly sent: Sent; readonly txId: string },
): { readonly txId?: string } {
  if (txId.toLowerCase() === recorded.txId.toLowerCase()) return {};
  if (chain.node.sendsByNode !== true) {
    tell(log, 'other-hash-answered', { id: entry.id, txId: recorded.txId, answered: txId });
    return {};
  }
  // If others sign after us, only the network knows the id.
  if (chain.codec.isTransactionId(txId)) return { txId };
  throw new CustosError('NODE_ANSWER_INVALID', `${quote(txId)} is not a transaction id of ${chain.id}`);
}
