import { asCustosError, type CustosError, isRetryable } from '../core/errors.js';
import { type JournalEntry, type JournalFact, LEASE_TIME, type Lease, type State } from '../core/journal.js';
import type { DaemonParts } from './parts.js';

/** How far a pending transaction came this time. `waiting` is tried again later. */
export type OutcomeKind = 'completed' | 'held' | 'denied' | 'failed' | 'waiting';

export interface Outcome {
  readonly id: string;
  readonly kind: OutcomeKind;
  /** Set when the cloud should be told, once. */
  readonly report?: string;
}

/** A claimed row of the journal with the right to change it. */
export interface Claimed {
  readonly entry: JournalEntry;
  readonly lease: Lease;
  /** When the lease was taken, in milliseconds since 1970. */
  readonly since: number;
}

/**
 * Makes sure, after waiting, that the transaction is still this process's.
 * @throws CustosError LEASE_LOST: another process goes on with it
 */
export async function keepLease(parts: DaemonParts, { lease, since }: Claimed): Promise<void> {
  const age = parts.clock.now() - since;
  // A clock that was put back says nothing of how long it has been.
  if (age < 0 || age > LEASE_TIME / 2) await parts.journal.renew(lease);
}

const endsBytes: ReadonlySet<string> = new Set([
  'BROADCAST_REFUSED',
  'TRANSACTION_EXPIRED',
  'NETWORK_CLOSED',
  'INTERNAL',
]);

/** Puts an error into the journal: for good, or to be tried again when it is of that kind. */
export async function settle(parts: DaemonParts, claimed: Claimed, thrown: unknown): Promise<Outcome> {
  const error = asCustosError(thrown);
  // Another daemon has it, or the disk takes no write: the journal stays as it is.
  if (error.code === 'LEASE_LOST' || error.code.startsWith('STORE_')) return unrecorded(parts, claimed, error);
  try {
    const current = (await parts.journal.get(claimed.entry.id))?.state ?? claimed.entry.state;
    if (error.code === 'TRANSACTION_EXPIRED' && error.details['renew'] === true) {
      await parts.journal.expire(claimed.lease, error.message);
      return { id: claimed.entry.id, kind: 'waiting' };
    }
    const isSent = current === 'signed' || current === 'broadcast';
    // Recorded bytes are given up only for an answer about these very bytes, never for one about keys or routes.
    if (isRetryable(error) || (isSent && !endsBytes.has(error.code))) return await end(parts, claimed, current, error);
    return await end(parts, claimed, error.code === 'FOUR_EYE_DENIED' ? 'denied' : 'failed', error);
  } catch (second) {
    return unrecorded(parts, claimed, asCustosError(second));
  }
}

function unrecorded(parts: DaemonParts, { entry }: Claimed, error: CustosError): Outcome {
  parts.log.error({ id: entry.id, code: error.code, error: error.message }, 'transaction postponed');
  return { id: entry.id, kind: 'waiting' };
}

export async function end(parts: DaemonParts, claimed: Claimed, to: State, error: CustosError): Promise<Outcome> {
  const { entry, lease } = claimed;
  const text = `${error.code}: ${error.message}`;
  const again = to !== 'failed' && to !== 'denied';
  const fact: JournalFact = {
    errorCode: error.code,
    errorText: error.message,
    reported: text,
    ...(again && { nextAttemptAt: parts.clock.now() + backOff(entry.attempts, error.retryAfter) }),
  };
  await parts.journal.advance(lease, to, fact, again && to !== 'held' ? 'postponed' : undefined);
  const event = again ? 'transaction postponed' : `transaction ${to}`;
  parts.log.warn({ id: entry.id, chain: entry.chain, code: error.code, error: error.message }, event);
  const kind = to === 'held' || to === 'denied' || to === 'failed' ? to : 'waiting';
  return { id: entry.id, kind, ...(entry.reported !== text && { report: text }) };
}

/** Milliseconds until the next try: doubling from one second to five minutes, with a fifth of jitter. */
function backOff(attempts: number, retryAfter: number | undefined): number {
  const doubled = Math.min(1000 * 2 ** Math.min(attempts, 9), 300_000);
  return Math.max(retryAfter ?? 0, Math.round(doubled * (0.9 + Math.random() * 0.2)));
}
