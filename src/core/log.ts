/** Where events go: one line per event, verb in the past, ids as fields, never a secret. */
export interface Log {
  debug(fields: Readonly<Record<string, unknown>>, event: string): void;
  info(fields: Readonly<Record<string, unknown>>, event: string): void;
  warn(fields: Readonly<Record<string, unknown>>, event: string): void;
  error(fields: Readonly<Record<string, unknown>>, event: string): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Every event and its code. Programs read the code, which does not change; people read the sentence. docs/operations/log-lines.md explains each.
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
  'requests-not-looked-up': ['error', 'requests not looked up'],
  'claim-failed': ['error', 'claim failed'],
  'chain-shut': ['warn', 'chain shut after faults'],
  'chain-opened': ['info', 'chain open again'],
  'leases-not-kept': ['warn', 'leases not kept'],
  'report-not-delivered': ['warn', 'error report not delivered'],
  'transaction-passed-over': ['error', 'transaction passed over'],
  'transaction-not-resumed': ['warn', 'transaction not resumed'],
  'transaction-not-recorded': ['error', 'transaction not recorded'],
  'control-handed-over': ['info', 'constitution and policies handed over to the signer'],
  'transaction-allowed': ['info', 'transaction allowed'],
  'transaction-filled': ['info', 'transaction filled'],
  'transaction-signed': ['info', 'transaction signed'],
  'transaction-broadcast': ['info', 'transaction broadcast'],
  'transaction-included': ['info', 'transaction included'],
  'transaction-reorganised': ['info', 'transaction reorganised'],
  'transaction-reverted': ['warn', 'transaction reverted'],
  'transaction-completed': ['info', 'transaction completed'],
  'transaction-handed-out': ['info', 'transaction handed out'],
  'transaction-cancelled': ['warn', 'transaction cancelled'],
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
  'audit-unsigned': ['warn', 'audit log not signed'],
  'audit-unrecorded': ['error', 'audit log is broken, and does not have what was done to stop or narrow signing'],
  'daemon-stopping': ['info', 'daemon stopping'],
  'health-listening': ['info', 'health server listening'],
  'spans-lost': ['warn', 'spans were lost'],
  'health-exposed': ['warn', 'health server reachable from other machines'],
  'polling-costs': ['info', 'polling costs credits'],
  'store-empty': ['warn', 'store has no wallets on this network'],
  'every-hazard-allowed': ['warn', 'every hazard is allowed'],
  'approver-answered': ['info', 'approver service answered'],
  'approver-failed': ['warn', 'approver service gave no answer that counts'],
  'policy-shadow': ['info', 'shadow rule would have decided otherwise'],
  'policy-waiting': ['info', 'policy that waits would have decided otherwise'],
  'needs-unmet': ['warn', 'no transaction can get the approvals that it needs'],
  'four-eye-by-get': ['warn', 'four-eye service is asked by GET'],
  'four-eye-secret-open': ['warn', 'others may read the four-eye secret, and approve by it'],
  'key-on-command-line': ['warn', 'API key taken from the command line, where every user of this machine can read it'],
  'password-on-command-line': [
    'warn',
    'database password taken from the command line, where every user of this machine can read it',
  ],
  frozen: ['warn', 'signing frozen'],
  unfrozen: ['warn', 'freeze ended'],
  'freeze-not-authentic': ['warn', 'freeze ignored: nothing proves who made it'],
  'freeze-gone': ['error', 'freeze is gone from the store, and still holds'],
  'freezes-not-exchanged': ['error', 'freezes not told to the signer'],
  'freezes-not-readable': ['error', 'freezes not readable'],
  'journal-adopted': ['warn', 'journal of a former version taken as it is'],
  'version-announced': ['warn', 'cloud announced a version'],
  'pending-queued': ['info', 'pending transaction queued'],
  'pending-completed': ['info', 'pending transaction completed'],
  'pending-deleted': ['info', 'pending transaction deleted'],
  'pending-unclaimed': ['warn', 'pending transaction unclaimed'],
  'more-pending-unclaimed': ['warn', 'more pending transactions unclaimed'],
  'queue-not-readable': ['error', 'queue not readable'],
  'broadcast-refused': ['warn', 'broadcast refused by the node'],
  'connection-not-taken': ['error', 'connection not taken'],
  'connections-cut': ['warn', 'connections cut'],
  'request-failed': ['error', 'request failed'],
  'request-refused': ['debug', 'request refused'],
  'token-refused': ['debug', 'token refused'],
  'person-logged-in': ['info', 'person logged in to the console'],
  'user-refused': ['info', 'token of a user refused'],
  'webhook-disabled': ['warn', 'webhook disabled'],
  'webhooks-not-served': ['error', 'webhooks not served'],
  'token-use-not-noted': ['warn', 'use of tokens not noted'],
  'api-listening': ['info', 'API listening'],
  'certificate-unknown': ['debug', 'a client showed a certificate that no token belongs to'],
  'tls-key-open': ['warn', 'others may read the key of TLS'],
  'api-exposed': ['warn', 'API reachable from other machines without TLS of its own'],
  'wallets-made-findable': ['info', 'wallets of an older version can be found now'],
  'lines-lost': ['warn', 'log lines were lost'],
  'signer-started': ['info', 'signer process started'],
  'signer-ended': ['warn', 'signer process ended'],
  'signer-service-started': ['info', 'signer service started'],
  'signer-state-new': ['info', 'signer begins without a state'],
  'signer-service-stopped': ['info', 'signer service stopped'],
  'wallet-created': ['info', 'wallet made for a front'],
  'front-refused': ['warn', 'front refused'],
} as const satisfies Readonly<Record<string, readonly [level: keyof Log, sentence: string]>>;

export type LogEvent = keyof typeof logEvents;

/** Logs an event with its code (`event`), level and sentence. */
export function tell(log: Log, event: LogEvent, fields: Readonly<Record<string, unknown>> = {}): void {
  const [level, sentence] = logEvents[event];
  log[level]({ ...fields, event }, sentence);
}
