/** Where events go: one line an event, verb in the past, ids as fields, never a secret. */
export interface Log {
  debug(fields: Readonly<Record<string, unknown>>, event: string): void;
  info(fields: Readonly<Record<string, unknown>>, event: string): void;
  warn(fields: Readonly<Record<string, unknown>>, event: string): void;
  error(fields: Readonly<Record<string, unknown>>, event: string): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Every event with a code: programs read the code, which stays, people the sentence. docs/operations.md explains each.
 */
export const logEvents = {
  'daemon-started': ['info', 'daemon started'],
  'daemon-stopped': ['info', 'daemon stopped'],
  'wallet-store-not-readable': ['error', 'wallet store not readable'],
  'poll-failed': ['error', 'poll failed'],
  'poll-took-long': ['warn', 'poll took long'],
  'pending-received': ['info', 'pending transactions received'],
  'pending-refused': ['warn', 'pending transaction refused'],
  'more-pending-refused': ['warn', 'more pending transactions refused'],
  'pending-unknown': ['warn', 'pending transaction unknown to the cloud'],
  'withdrawals-not-looked-up': ['warn', 'withdrawals not looked up'],
  'claim-failed': ['error', 'claim failed'],
  'chain-shut': ['warn', 'chain shut after faults'],
  'chain-opened': ['info', 'chain open again'],
  'leases-not-kept': ['warn', 'leases not kept'],
  'report-not-delivered': ['warn', 'error report not delivered'],
  'transaction-passed-over': ['error', 'transaction passed over'],
  'transaction-not-resumed': ['warn', 'transaction not resumed'],
  'transaction-not-recorded': ['error', 'transaction not recorded'],
  'transaction-allowed': ['info', 'transaction allowed'],
  'transaction-filled': ['info', 'transaction filled'],
  'transaction-signed': ['info', 'transaction signed'],
  'transaction-broadcast': ['info', 'transaction broadcast'],
  'transaction-included': ['info', 'transaction included'],
  'transaction-reorganised': ['info', 'transaction reorganised'],
  'transaction-reverted': ['warn', 'transaction reverted'],
  'transaction-completed': ['info', 'transaction completed'],
  'transaction-held': ['warn', 'transaction held'],
  'transaction-denied': ['warn', 'transaction denied'],
  'transaction-failed': ['warn', 'transaction failed'],
  'transaction-postponed': ['warn', 'transaction postponed'],
  'transaction-expired': ['warn', 'transaction expired'],
  'transaction-found-closed': ['info', 'transaction found closed at the cloud'],
  'transaction-withdrawn': ['info', 'transaction withdrawn by the application'],
  'other-hash-answered': ['warn', 'another transaction hash was answered'],
  'network-closed': ['warn', 'network is closed'],
  'completed-closed-again': ['info', 'completed transaction closed again'],
  'completed-not-closed': ['warn', 'completed transaction not closed'],
  'signer-started': ['info', 'signer process started'],
  'signer-ended': ['warn', 'signer process ended'],
} as const satisfies Readonly<Record<string, readonly [level: keyof Log, sentence: string]>>;

export type LogEvent = keyof typeof logEvents;

/** Logs an event with its code (`event`), level and sentence. */
export function tell(log: Log, event: LogEvent, fields: Readonly<Record<string, unknown>> = {}): void {
  const [level, sentence] = logEvents[event];
  log[level]({ event, ...fields }, sentence);
}
