import { asCustosError, CustosError } from '../core/errors.js';
import type { JournalEntry } from '../core/store/journal.js';
import { carry } from './carry.js';
import type { DaemonParts } from './parts.js';
import type { SenderQueues } from './sender-queues.js';
import { advance, type Claimed, type Outcome, settle } from './settle.js';

/** The cloud still lists what is completed: it is told once more, and nothing is sent again. Never throws. */
export async function closeAgain({ cloud, log }: DaemonParts, { id, txId }: JournalEntry): Promise<void> {
  if (txId === undefined) return;
  try {
    await cloud.complete(id, txId);
    log.info({ id, txId }, 'completed transaction closed again');
  } catch (thrown) {
    const { code, message } = asCustosError(thrown);
    log.warn({ id, code, error: message }, 'completed transaction not closed');
  }
}

/**
 * Goes on with signed bytes that the cloud no longer lists: they may have left, or the application withdrew the transaction.
 * Never throws.
 * @returns undefined when another process goes on with it, or nothing could be found out
 */
export async function resolve(
  parts: DaemonParts,
  senders: SenderQueues,
  found: JournalEntry,
): Promise<Outcome | undefined> {
  try {
    const [result] = await parts.journal.claim([found.pending]);
    if (result === undefined || result.kind === 'changed' || result.lease === undefined) return undefined;
    return await goOn(parts, senders, { entry: result.entry, lease: result.lease });
  } catch (thrown) {
    const { code, message } = asCustosError(thrown);
    parts.log.warn({ id: found.id, chain: found.chain, code, error: message }, 'transaction not resumed');
    return undefined;
  }
}

async function goOn(parts: DaemonParts, senders: SenderQueues, claimed: Claimed): Promise<Outcome | undefined> {
  const { id, state } = claimed.entry;
  if (state !== 'signed' && state !== 'broadcast') {
    // Its bytes were found dead in between: it begins anew only when the cloud lists it.
    await parts.journal.rest(claimed.lease, 0);
    return undefined;
  }
  try {
    // What the network took is this program's to bring to its end, whatever the cloud says.
    const status = state === 'broadcast' ? undefined : await parts.cloud.status(id);
    if (status?.kind === 'completed') {
      await advance(parts, claimed, { to: 'broadcast', fact: {}, event: 'found closed at the cloud' });
      await advance(parts, claimed, { to: 'completed', fact: {}, event: 'completed' });
      return { id, kind: 'completed' };
    }
    if (status?.kind === 'withdrawn') {
      await advance(parts, claimed, { to: 'cancelled', fact: {}, event: 'withdrawn by the application' });
      return undefined;
    }
    // The wrong cloud, perhaps: neither ended nor sent, because it may have been withdrawn at a cloud that keeps no word of that.
    if (status?.kind === 'unknown')
      throw new CustosError('KMS_MISSING', `the cloud does not know the transaction ${id}`);
  } catch (thrown) {
    // Put off like every other fault: what is always in the way would keep all others from their turn.
    return settle(parts, claimed, thrown);
  }
  return carry(parts, senders, claimed);
}
