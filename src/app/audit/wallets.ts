import type { AuditEvent } from '../../core/audit/events.js';
import type { SignatureId } from '../../core/ids.js';
import { chunks } from '../../core/pages.js';

/** Wallets that one event names. */
const WALLETS = 100;

/** What the audit log records of wallets: an event for each hundred. */
export function walletEvents(
  code: Extract<AuditEvent['code'], `wallet.${string}`>,
  ids: readonly SignatureId[],
): readonly AuditEvent[] {
  return [...chunks(ids, WALLETS)].map((wallets) => ({ code, detail: { wallets } }));
}
