import { asCustosError, CustosError, type ErrorCode, isWorthWaiting } from '../core/errors.js';
import { tell } from '../core/log.js';
import { keyFaults } from '../core/signing/key-holder.js';
import { isNoTry, isSent, type JournalFact, LONGEST_REST, type State } from '../core/store/journal.js';
import { advance, logChange } from './advance.js';
import type { Claimed, LifecycleParts, Outcome } from './parts.js';
import { step, type Traced } from './step.js';
import type { Objection } from './steps/judge.js';

type ErrorParts = Traced & Pick<LifecycleParts, 'journal' | 'clock' | 'log' | 'maxAttempts'>;

/** Errors of the way to the chain, not of the transaction. A deferred broadcast is not one of them. */
const faults: ReadonlySet<ErrorCode> = new Set([
  'NODE_UNREACHABLE',
  'CLOUD_UNREACHABLE',
  'CLOUD_TIMEOUT',
  'CLOUD_RATE_LIMITED',
  'STEP_TIMEOUT',
]);

/** What is said about rules is a judge's objection: it never makes a transaction fail. */
const objections: ReadonlyMap<ErrorCode, Objection['to']> = new Map([
  ['JUDGE_DENIED', 'denied'],
  ['WALLET_COMPROMISED', 'denied'],
  ['WALLET_DEACTIVATED', 'denied'],
  ['USER_TOKEN_REQUIRED', 'denied'],
  ['WALLET_DESTROYED', 'denied'],
  ['WALLET_SUSPENDED', 'held'],
  ['APPROVAL_SPENT', 'held'],
  ['BUDGET_EXCEEDED', 'held'],
  ['CONTROL_OLD', 'held'],
  ['CONTROL_WITHHELD', 'held'],
  ['KEEPER_STATE_OLD', 'held'],
  ['KEEPER_STATE_UNWRITTEN', 'held'],
  ['POLICY_DENIED', 'denied'],
  ['POLICY_HELD', 'held'],
] as const);

/** Answers about signed bytes themselves. A bug of Custos is not one of them: the bytes may have been sent before it. */
const endsBytes: ReadonlySet<ErrorCode> = new Set(['BROADCAST_REFUSED', 'NETWORK_CLOSED']);

/**
 * Records an error in the journal, as final or for another try.
 * @throws CustosError when it cannot be recorded
 */
export async function recordError(parts: ErrorParts, claimed: Claimed, thrown: unknown): Promise<Outcome> {
  const error = asCustosError(thrown);
  // Another daemon has it, or the disk cannot be written: the journal stays as it is.
  if (error.code === 'LEASE_LOST' || error.code.startsWith('STORE_')) return leaveUnrecorded(parts, claimed, error);
  const entry = (await parts.journal.get(claimed.entry.id)) ?? claimed.entry;
  const current = { ...claimed, entry };
  const { state } = entry;
  if (error.code === 'FROZEN') return recordFrozen(parts, current, error);
  if (error.code === 'REQUEST_EXPIRED') return recordOutcome(parts, current, { to: 'cancelled', error });
  const isExpired = error.code === 'TRANSACTION_EXPIRED';
  if (isExpired && error.details['renew'] === true) return renew(parts, current, error);
  if ((isExpired || error.code === 'TRANSACTION_DUPLICATE') && isSent(state)) {
    return recordOutcome(parts, current, { to: 'failed', error });
  }
  // The judges decide again what to do about a limit that is full by now.
  if (error.code === 'BUDGET_EXCEEDED') return recordOutcome(parts, current, { to: 'held', error });
  // Recorded bytes are given up only for an answer about exactly these bytes, never for one about keys or routes.
  const hasBytes = state === 'signed' && entry.signed !== undefined && entry.txId !== undefined;
  const keepsBytes = state === 'broadcast' || (hasBytes && !endsBytes.has(error.code));
  const objection = objections.get(error.code);
  if (objection !== undefined && !keepsBytes) return recordOutcome(parts, current, { to: objection, error });
  if (isWorthWaiting(error) || keepsBytes) return postpone(parts, current, error);
  return recordOutcome(parts, current, { to: 'failed', error });
}

/** Records a judge's objection, for another question later or as final. */
export function recordObjection(parts: ErrorParts, claimed: Claimed, objection: Objection): Promise<Outcome> {
  return recordOutcome(parts, claimed, objection);
}

/** The journal could not be written, or another daemon has the transaction now: it is taken up again later. */
export function leaveUnrecorded({ log }: ErrorParts, { entry }: Claimed, thrown: unknown): Outcome {
  const { id, chain, network, attempts } = entry;
  const { code, message } = asCustosError(thrown);
  tell(log, 'transaction-not-recorded', { id, chain, network, attempts, code, error: message });
  return { id, kind: 'waiting' };
}

/** Puts dead bytes aside, so that the way starts again. */
async function renew(parts: ErrorParts, { entry, lease, source }: Claimed, error: CustosError): Promise<Outcome> {
  const text = `${error.code}: ${error.message}`;
  // A source that counts it as sent then lists it again. The source is called before the journal, so that a crash repeats the call.
  await step(parts, 'close', entry.id, async () => source.reopen?.(entry.id, text));
  await step(parts, 'record', entry.id, () => parts.journal.expire(lease, error.message));
  const fact: JournalFact = { errorCode: error.code, errorText: error.message };
  logChange(parts, entry, { to: 'claimed', fact, event: 'expired' });
  return { id: entry.id, kind: 'waiting' };
}

/** A frozen transaction only waits. However long the freeze holds, it stands in the story once. */
async function recordFrozen(parts: ErrorParts, claimed: Claimed, error: CustosError): Promise<Outcome> {
  const { entry, lease } = claimed;
  const { id, state, errorCode, errorText } = entry;
  const isNoted = errorCode === error.code && errorText === error.message;
  if (!isNoted) return recordOutcome(parts, claimed, { to: isSent(state) ? state : 'held', error });
  await step(parts, 'record', id, () => parts.journal.rest(lease, parts.clock.now() + SOON));
  return { id, kind: isSent(state) ? 'waiting' : 'held' };
}

/** Plans another try, unless an unsigned transaction has used all of its tries. Signed bytes are never given up for that. */
async function postpone(parts: ErrorParts, claimed: Claimed, error: CustosError): Promise<Outcome> {
  const { state, attempts } = claimed.entry;
  const tries = attempts + 1;
  if (isSent(state) || isNoTry(error.code) || tries < parts.maxAttempts) {
    return recordOutcome(parts, claimed, { to: state, error });
  }
  const text = `given up after ${tries} tries: ${error.code}: ${error.message}`;
  const exhausted = new CustosError('ATTEMPTS_EXHAUSTED', text, { cause: error });
  return recordOutcome(parts, claimed, { to: 'failed', error: exhausted });
}

/** What each event counts as. */
const kinds = { postponed: 'waiting', held: 'held', denied: 'denied', failed: 'failed', cancelled: 'failed' } as const;

async function recordOutcome(
  parts: ErrorParts,
  claimed: Claimed,
  { to, error }: { readonly to: State; readonly error: CustosError },
): Promise<Outcome> {
  const { entry } = claimed;
  const text = `${error.code}: ${error.message}`;
  const facts = { errorCode: error.code, errorText: error.message, reported: text };
  const isOver = to === 'failed' || to === 'denied' || to === 'cancelled';
  const now = parts.clock.now();
  const wait = now + restAfter(error, entry, now);
  const fact: JournalFact = isOver ? facts : { ...facts, nextAttemptAt: wait };
  const event = isOver || to === 'held' ? to : 'postponed';
  await advance(parts, claimed, { to, fact, event });
  return {
    id: entry.id,
    kind: kinds[event],
    // The journal itself is the source of what came through a door.
    ...(entry.reported !== text && isReported(error) && entry.intake === undefined && { report: text }),
    ...((faults.has(error.code) || error.details['answer'] === 'wait') && { isFault: true }),
  };
}

/** A transaction that waits for others says so nowhere; one that waits for its key does, because a person has to see to it. */
function isReported({ code }: CustosError): boolean {
  return !isNoTry(code) || keyFaults.has(code);
}

/** Milliseconds until the next try. */
function restAfter({ code, retryAfter }: CustosError, { attempts, createdAt }: Claimed['entry'], now: number): number {
  if (!keyFaults.has(code)) return isNoTry(code) ? SOON : backOff(attempts, retryAfter);
  // These tries are not counted, so the age of the transaction is the measure.
  return Math.max(retryAfter ?? 0, Math.min(Math.max(SOON, (now - createdAt) / 2), LONGEST_WAIT_FOR_KEY));
}

/** Milliseconds after which a key that does not answer is asked again at the latest. */
const LONGEST_WAIT_FOR_KEY = 60_000;

/** Milliseconds until a transaction that only waits for its turn is looked at again. */
const SOON = 1_000;

/** Milliseconds until the next try: doubling from one second to five minutes, with a fifth of jitter. */
function backOff(attempts: number, retryAfter: number | undefined): number {
  const doubled = Math.min(1000 * 2 ** Math.min(attempts, 9), 300_000);
  const wait = Math.max(retryAfter ?? 0, Math.round(doubled * (0.9 + Math.random() * 0.2)));
  // A longer rest counts as the result of a wrong clock, and is tried at once.
  return Math.min(wait, LONGEST_REST);
}
