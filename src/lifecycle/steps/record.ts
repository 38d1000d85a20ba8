import type { SignedTransaction } from '../../core/chain/codec.js';
import type { RecordedTransaction } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import type { JournalFact } from '../../core/store/journal.js';
import { advance, type Change } from '../advance.js';
import type { Filling } from '../filling.js';
import type { RecentForms } from '../forms.js';
import { type FreezeParts, refuseFrozen } from '../frozen.js';
import type { Claimed, LifecycleParts, Outcome, Sent, Signers } from '../parts.js';
import { isHandedOut } from '../route.js';
import type { Traced } from '../step.js';
import type { Decoded } from './decode.js';

type RecordParts = Traced & FreezeParts & Pick<LifecycleParts, 'journal' | 'log'>;

/** What was signed, and what it was made of. */
export interface Made extends Signers, Decoded {
  readonly signed: SignedTransaction;
  readonly forms: RecentForms;
}

/**
 * Writes the signed bytes to the disk before they are sent: after a crash the same bytes are sent, never others. Bytes that are handed
 * out are there for whoever asked by the same write, and nothing is left to do.
 * @throws CustosError FROZEN; TRANSACTION_DUPLICATE: another transaction has the same bytes; TRANSACTION_EXPIRED: they were proved dead
 *   before; LEASE_LOST, STORE_*
 */
export async function record(parts: RecordParts, claimed: Claimed, made: Made): Promise<Sent | Outcome> {
  const { chain, from, completed, signed, forms, filling } = made;
  const { id, pending } = claimed.entry;
  await refuseDeadBytes(parts, claimed, made);
  // A freeze may have come while it was signed: these bytes have not left, and are dropped.
  await refuseFrozen(parts, claimed.entry);
  const recorded: RecordedTransaction = { ...signed, completed, sender: from };
  // Equal messages have equal signatures, and each request gets its own: there is no network that takes them once.
  const isOnce = pending.kind === undefined;
  const bytes = { signed: signed.raw, ...(isOnce && { txId: signed.txId }) };
  await advance(parts, claimed, recording(claimed, bytes, filling)).catch((error: unknown) => {
    const other = error instanceof CustosError ? error.details['other'] : undefined;
    if (typeof other === 'string') forms.add({ from, completed }, other);
    throw error;
  });
  filling.isNoted();
  if (isOnce) forms.add({ from, completed }, id);
  return isHandedOut(claimed.entry) ? { id, kind: 'completed' } : { chain, recorded };
}

function recording(
  { entry }: Claimed,
  bytes: Pick<JournalFact, 'signed' | 'txId'>,
  { open }: Pick<Filling, 'open'>,
): Change {
  if (!isHandedOut(entry)) return { to: 'signed', fact: { ...bytes, ...open }, event: 'signed' };
  return { to: 'completed', fact: { made: bytes, ...open }, event: 'handed out' };
}

/**
 * If new bytes equal expired ones, the request itself has expired and cannot be made differently.
 * @throws CustosError TRANSACTION_EXPIRED
 */
async function refuseDeadBytes(
  { journal }: RecordParts,
  { entry, lease }: Claimed,
  { chain, signed: { txId } }: Made,
): Promise<void> {
  const { expiry, displacement } = chain.codec;
  // Expired bytes were released and their transaction claimed again, so nothing has expired under the first lease.
  if (lease.generation === 1) return;
  if (expiry === undefined && displacement === undefined) return;
  const story = await journal.events(entry.id);
  if (!story.some(({ event, fact }) => event === 'expired' && fact['txId'] === txId)) return;
  throw new CustosError('TRANSACTION_EXPIRED', `the request of ${entry.id} has run out and cannot be made again`);
}
