import type { JournalEvent } from './journal.js';

/** Events after which a transaction's bytes are made again: they were proved dead, or belong to another transaction. */
export const remakingEvents = ['expired', 'given over'] as const;

/** Which making of its bytes a transaction is at. */
export function attemptOf(events: readonly JournalEvent[]): string {
  return String(events.filter(({ event }) => remakingEvents.some((one) => one === event)).length);
}
