import type { Inclusion } from '../../core/chain/node.js';
import { tell } from '../../core/log.js';
import type { JournalEntry } from '../../core/store/journal.js';
import { advance } from '../advance.js';
import { refuseDead } from '../fate.js';
import type { Claimed, LifecycleParts, Outcome, Sent } from '../parts.js';
import { isFollowed } from '../route.js';
import { step, type Traced } from '../step.js';

type ConfirmParts = Traced & Pick<LifecycleParts, 'journal' | 'nodes' | 'confirmations' | 'leases' | 'clock' | 'log'>;

/** Milliseconds between two looks at a transaction that is not deep enough in the chain yet. */
const SOONEST = 1_000;
const LATEST = 60_000;

/**
 * Asks a node, your own or one of the source, where a broadcast transaction is. If the node has lost it, or a reorganisation
 * removed it, the same bytes are broadcast again.
 * @param sent - `isNew` if it was broadcast in this turn
 * @returns `reverted` if it is deep enough and had no effect, undefined if it is deep enough otherwise, or no node can say; else
 *   what it waits for
 * @throws CustosError NODE_*, BROADCAST_REFUSED, TRANSACTION_EXPIRED: another transaction made these bytes worthless for good
 */
export async function confirm(
  parts: ConfirmParts,
  claimed: Claimed,
  sent: Sent & { readonly isNew: boolean },
): Promise<Outcome | 'reverted' | undefined> {
  const { entry } = claimed;
  const { chain, recorded, isNew } = sent;
  if (!isFollowed(parts, claimed, chain)) return undefined;
  const wanted = parts.confirmations(entry.chain);
  const node = parts.nodes.client(chain);
  const found = await step(parts, 'confirm', entry.id, async () => chain.node.inclusion?.(recorded, node));
  if (found === undefined) return undefined;
  if (found.kind === 'included' && found.depth >= wanted) {
    const fields = { id: entry.id, chain: chain.id, block: found.block };
    if (found.reverted) tell(parts.log, 'transaction-reverted', fields);
    return found.reverted ? 'reverted' : undefined;
  }
  await note(parts, claimed, found);
  // Bytes that were sent in this turn may not have reached this node yet.
  if (found.kind === 'absent' && !isNew) await sendAgain(parts, claimed, sent);
  else await parts.journal.rest(claimed.lease, nextLook(parts, entry));
  return { id: entry.id, kind: 'unconfirmed' };
}

/** Records the block that has it, or that its block is gone. */
async function note(parts: ConfirmParts, claimed: Claimed, found: Inclusion): Promise<void> {
  const { block: before } = claimed.entry;
  if (found.kind === 'included' && found.block !== before) {
    await advance(parts, claimed, { to: 'broadcast', fact: { block: found.block }, event: 'included' });
  }
  if (found.kind !== 'included' && before !== undefined) {
    await advance(parts, claimed, { to: 'broadcast', fact: { block: '' }, event: 'reorganised' });
  }
}

async function sendAgain(parts: ConfirmParts, claimed: Claimed, sent: Sent): Promise<void> {
  const { entry, lease } = claimed;
  await refuseDead(parts, entry, sent);
  await parts.leases.check(lease);
  await step(parts, 'broadcast', entry.id, () => parts.nodes.broadcast(sent.chain, sent.recorded));
  const fact = { nextAttemptAt: nextLook(parts, entry) };
  await advance(parts, claimed, { to: 'broadcast', fact, event: 'broadcast' });
}

/** The older a transaction is, the less often it is checked. */
function nextLook({ clock }: ConfirmParts, { createdAt }: JournalEntry): number {
  const age = clock.now() - createdAt;
  return clock.now() + Math.min(Math.max(age / 4, SOONEST), LATEST);
}
