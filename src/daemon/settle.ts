import { asCustosError, CustosError, type ErrorCode, isWorthWaiting } from '../core/errors.js';
import {
  isNoTry,
  type JournalEntry,
  type JournalFact,
  type Lease,
  LONGEST_REST,
  type State,
} from '../core/store/journal.js';
import { type DaemonParts, step } from './parts.js';

/** How far a pending transaction came this time. `waiting` is tried again later; `unconfirmed` is not deep enough in the chain yet. */
export type OutcomeKind = 'completed' | 'unconfirmed' | 'held' | 'denied' | 'failed' | 'waiting';

export interface Outcome {
  readonly id: string;
  readonly kind: OutcomeKind;
  /** Set when the cloud should be told, once. */
  readonly report?: string;
  /** True when cloud or node did not do their part, whoever's transaction it was. */
  readonly isFault?: true;
}

/** A claimed row of the journal with the right to change it. */
export interface Claimed {
  readonly entry: JournalEntry;
  readonly lease: Lease;
}

/** Errors that say nothing about the transaction, but that the way to the chain is not open; a deferred broadcast is none. */
const faults: ReadonlySet<ErrorCode> = new Set([
  'NODE_UNREACHABLE',
  'CLOUD_UNREACHABLE',
  'CLOUD_TIMEOUT',
  'CLOUD_RATE_LIMITED',
  'STEP_TIMEOUT',
]);

/** Answers about signed bytes themselves. A mistake of this program is none: the bytes may have left before it. */
const endsBytes: ReadonlySet<ErrorCode> = new Set(['BROADCAST_REFUSED', 'NETWORK_CLOSED']);

/** What may happen to a transaction in the daemon's hands: the journal's events, and one log line each. */
type StepEvent =
  | 'filled'
  | 'signed'
  | 'broadcast'
  | 'included'
  | 'reorganised'
  | 'completed'
  | 'held'
  | 'denied'
  | 'failed'
  | 'postponed'
  | 'expired'
  | 'found closed at the cloud'
  | 'withdrawn by the application';

/** Writes one step into the journal and says so in the log: the only way in which the daemon changes a state. */
export async function advance(
  parts: DaemonParts,
  claimed: Claimed,
  { to, fact, event }: { to: State; fact: JournalFact; event: StepEvent },
): Promise<void> {
  const { entry, lease } = claimed;
  await step(parts, 'record', entry.id, () => parts.journal.advance(lease, to, fact, event));
  tell(parts, entry, { to, fact, event });
}

function tell(
  parts: DaemonParts,
  entry: JournalEntry,
  { to, fact, event }: { to: State; fact: JournalFact; event: StepEvent },
): void {
  const { id, chain, network, state: from } = entry;
  const { errorCode: code, errorText: error, txId, block } = fact;
  const attempts = entry.attempts + (code === undefined || isNoTry(code) ? 0 : 1);
  const found = { ...(txId !== undefined && { txId }), ...(block !== undefined && { block }) };
  const fields = { id, chain, network, from, to, attempts, ...found, ...(code !== undefined && { code, error }) };
  if (code === undefined) parts.log.info(fields, `transaction ${event}`);
  else parts.log.warn(fields, `transaction ${event}`);
}

/** Puts an error into the journal: for good, or to be tried again when it is of that kind. */
export async function settle(parts: DaemonParts, claimed: Claimed, thrown: unknown): Promise<Outcome> {
  const error = asCustosError(thrown);
  // Another daemon has it, or the disk takes no write: the journal stays as it is.
  if (error.code === 'LEASE_LOST' || error.code.startsWith('STORE_')) return unrecorded(parts, claimed, error);
  try {
    const entry = (await parts.journal.get(claimed.entry.id)) ?? claimed.entry;
    const current = { entry, lease: claimed.lease };
    const { state } = entry;
    if (error.code === 'TRANSACTION_EXPIRED' && error.details['renew'] === true)
      return await renew(parts, current, error);
    const isSent = state === 'signed' || state === 'broadcast';
    if ((error.code === 'TRANSACTION_EXPIRED' || error.code === 'TRANSACTION_DUPLICATE') && isSent)
      return await end(parts, current, 'failed', error);
    // Recorded bytes are given up only for an answer about these very bytes, never for one about keys or routes.
    const hasBytes = state === 'signed' && entry.signed !== undefined && entry.txId !== undefined;
    const isKept = state === 'broadcast' || (hasBytes && !endsBytes.has(error.code));
    if (isWorthWaiting(error) || isKept) return await again(parts, current, error);
    return await end(parts, current, error.code === 'FOUR_EYE_DENIED' ? 'denied' : 'failed', error);
  } catch (second) {
    return unrecorded(parts, claimed, asCustosError(second));
  }
}

/** Dead bytes are put aside, and the way begins anew. */
async function renew(parts: DaemonParts, { entry, lease }: Claimed, error: CustosError): Promise<Outcome> {
  // A gateway that holds it as sent lists it again after this; told before the journal, so that a crash repeats it.
  const said = { pendingId: entry.id, error: `${error.code}: ${error.message}` };
  if (parts.cloud.isGateway?.() === true) await step(parts, 'close', entry.id, () => parts.cloud.report([said]));
  await step(parts, 'record', entry.id, () => parts.journal.expire(lease, error.message));
  const fact: JournalFact = { errorCode: error.code, errorText: error.message };
  tell(parts, entry, { to: 'claimed', fact, event: 'expired' });
  return { id: entry.id, kind: 'waiting' };
}

function unrecorded(parts: DaemonParts, { entry }: Claimed, error: CustosError): Outcome {
  const { id, chain, network, attempts } = entry;
  parts.log.error({ id, chain, network, attempts, code: error.code, error: error.message }, 'transaction not recorded');
  return { id, kind: 'waiting' };
}

/** To be tried again, unless an unsigned one has been tried often enough. Signed bytes are never given up for that. */
async function again(parts: DaemonParts, claimed: Claimed, error: CustosError): Promise<Outcome> {
  const { entry } = claimed;
  const isUnsigned = entry.state === 'claimed' || entry.state === 'held';
  const tries = entry.attempts + 1;
  if (!isUnsigned || isNoTry(error.code) || tries < parts.maxAttempts) return end(parts, claimed, entry.state, error);
  const text = `given up after ${tries} tries: ${error.code}: ${error.message}`;
  return end(parts, claimed, 'failed', new CustosError('ATTEMPTS_EXHAUSTED', text, { cause: error }));
}

export async function end(parts: DaemonParts, claimed: Claimed, to: State, error: CustosError): Promise<Outcome> {
  const { entry, lease } = claimed;
  const text = `${error.code}: ${error.message}`;
  const isOver = to === 'failed' || to === 'denied';
  const told = { errorCode: error.code, errorText: error.message, reported: text };
  const wait = parts.clock.now() + (isNoTry(error.code) ? SOON : backOff(entry.attempts, error.retryAfter));
  const fact: JournalFact = isOver ? told : { ...told, nextAttemptAt: wait };
  const event = to === 'failed' || to === 'denied' || to === 'held' ? to : 'postponed';
  await advance(parts, { entry, lease }, { to, fact, event });
  const kind = to === 'held' || to === 'denied' || to === 'failed' ? to : 'waiting';
  return {
    id: entry.id,
    kind,
    ...(entry.reported !== text && !isNoTry(error.code) && { report: text }),
    ...((faults.has(error.code) || error.details['answer'] === 'wait') && { isFault: true }),
  };
}

/** Milliseconds until a transaction that only waits for its turn is looked at again. */
const SOON = 1_000;

/** Milliseconds until the next try: doubling from one second to five minutes, with a fifth of jitter. */
function backOff(attempts: number, retryAfter: number | undefined): number {
  const doubled = Math.min(1000 * 2 ** Math.min(attempts, 9), 300_000);
  const wait = Math.max(retryAfter ?? 0, Math.round(doubled * (0.9 + Math.random() * 0.2)));
  // What is put off for longer is taken for the work of a wrong clock, and tried at once.
  return Math.min(wait, LONGEST_REST);
}
