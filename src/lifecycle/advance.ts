import { type LogEvent, tell } from '../core/log.js';
import { isNoTry, type JournalEntry, type JournalFact, type State } from '../core/store/journal.js';
import type { Claimed, LifecycleParts } from './parts.js';
import { step, type Traced } from './step.js';

/** What may happen to a transaction on its way: the journal's events, and one log line each. */
const logged = {
  filled: 'transaction-filled',
  signed: 'transaction-signed',
  broadcast: 'transaction-broadcast',
  included: 'transaction-included',
  reorganised: 'transaction-reorganised',
  completed: 'transaction-completed',
  'handed out': 'transaction-handed-out',
  cancelled: 'transaction-cancelled',
  held: 'transaction-held',
  denied: 'transaction-denied',
  failed: 'transaction-failed',
  postponed: 'transaction-postponed',
  expired: 'transaction-expired',
  'found closed at the cloud': 'transaction-found-closed',
  'withdrawn by the application': 'transaction-withdrawn',
} as const satisfies Record<string, LogEvent>;

/** One change of a transaction: its next state, the facts to record, and the name of the event in the story. */
export interface Change {
  readonly to: State;
  readonly fact: JournalFact;
  readonly event: keyof typeof logged;
}

/** Writes one change into the journal and logs it. Every change of state here goes this way. */
export async function advance(
  parts: Traced & Pick<LifecycleParts, 'journal' | 'log'>,
  { entry, lease }: Pick<Claimed, 'entry' | 'lease'>,
  change: Change,
): Promise<void> {
  const { to, fact, event } = change;
  await step(parts, 'record', entry.id, () => parts.journal.advance(lease, to, fact, event));
  if (fact.filled !== undefined) logFilled(parts, entry, fact.filled);
  const before = lineBefore(fact);
  if (before !== undefined) logChange(parts, entry, before);
  logChange(parts, before === undefined ? entry : { ...entry, state: before.to }, change);
}

/** The change that a step takes along. */
function lineBefore({ made, sent }: JournalFact): Change | undefined {
  if (made !== undefined) return { to: 'signed', fact: made, event: 'signed' };
  return sent === undefined ? undefined : { to: 'broadcast', fact: sent, event: 'broadcast' };
}

/** What was filled in is recorded, together with the next step. */
export function logFilled(parts: Pick<LifecycleParts, 'log'>, entry: JournalEntry, fact: JournalFact): void {
  logChange(parts, entry, { to: entry.state, fact, event: 'filled' });
}

export function logChange(
  { log }: Pick<LifecycleParts, 'log'>,
  entry: JournalEntry,
  { to, fact, event }: Change,
): void {
  const { id, chain, network, state: from } = entry;
  const { errorCode: code, errorText: error, txId, block } = fact;
  const isTry = code !== undefined && to !== 'completed' && !isNoTry(code);
  const attempts = entry.attempts + (isTry ? 1 : 0);
  const found = { ...(txId !== undefined && { txId }), ...(block !== undefined && { block }) };
  tell(log, logged[event], {
    id,
    chain,
    network,
    from,
    to,
    attempts,
    ...found,
    ...(code !== undefined && { code, error }),
  });
}
