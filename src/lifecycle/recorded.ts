import type { RecordedTransaction } from '../core/chain/node.js';
import { CustosError } from '../core/errors.js';
import type { JournalEntry } from '../core/store/journal.js';
import { fateOf, refuseDead } from './fate.js';
import type { Claimed, LifecycleParts, Sent } from './parts.js';
import type { Traced } from './step.js';

type RecordedParts = Traced & Pick<LifecycleParts, 'chains' | 'journal' | 'nodes'>;

/** The recorded bytes as a chain asks about them. */
export function recordedOf({
  signed,
  txId,
  completed = '',
  sender = '',
}: JournalEntry): RecordedTransaction | undefined {
  return signed === undefined || txId === undefined ? undefined : { raw: signed, txId, completed, sender };
}

/**
 * Reads bytes that were recorded before a crash, a failed broadcast or a retry, and checks that they may be sent again.
 * It never signs.
 * @throws CustosError RECORD_DAMAGED (no bytes), TRANSACTION_DUPLICATE (they pay for another transaction), BROADCAST_DEFERRED
 *   (another transaction has their nonce), TRANSACTION_EXPIRED (they are proved dead), NODE_*
 */
export async function readRecorded(parts: RecordedParts, { entry }: Claimed): Promise<Sent> {
  const recorded = recordedOf(entry);
  if (recorded === undefined) {
    throw new CustosError('RECORD_DAMAGED', `transaction ${entry.id} is ${entry.state} without signed bytes`);
  }
  const twin = await parts.journal.twin(entry);
  if (twin !== undefined) {
    throw new CustosError(
      'TRANSACTION_DUPLICATE',
      `the bytes of ${entry.id} are those of ${twin}, and pay for that one`,
    );
  }
  const chain = parts.chains.get(entry.chain);
  const sent: Sent = { chain, recorded };
  if (entry.state === 'broadcast') return sent;
  if (chain.codec.displacement !== undefined) await waitForRival(parts, entry, sent);
  // Only expiry is checked before sending: a refusal shows that another transaction took the nonce.
  if (chain.codec.expiry !== undefined) await refuseDead(parts, entry, sent);
  return sent;
}

/**
 * Handles a failed transaction that was retried after another one got its nonce. Only one of the two takes effect, so nothing is
 * sent until a settled block shows which.
 * @throws CustosError TRANSACTION_EXPIRED: the other one; BROADCAST_DEFERRED: not shown yet; NODE_*
 */
async function waitForRival(parts: RecordedParts, entry: JournalEntry, sent: Sent): Promise<void> {
  const [rival] = await parts.journal.rivals(entry);
  if (rival === undefined) return;
  if ((await fateOf(parts, entry, sent)) === 'known') return;
  const text = `the nonce of ${entry.id} is that of ${rival.id} by now, and no settled block shows yet which of them took it`;
  throw new CustosError('BROADCAST_DEFERRED', text);
}
