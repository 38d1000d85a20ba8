import type { AuditEvent } from '../../core/audit/events.js';
import type { SignatureId } from '../../core/ids.js';
import { chunks } from '../../core/pages.js';

/** Wallets that one event names. */
const WALLETS = 100;

/** What the audit log records of wallets: an event for each hundred. */
export function walletEvents(
  code: Exclude<Extract<AuditEvent['code'], `wallet.${string}`>, 'wallet.marked' | 'wallet.state'>,
  ids: readonly SignatureId[],
): readonly AuditEvent[] {
  return groups(ids).map((wallets) => ({ code, detail: { wallets } }));
}

/** Ids as they are named together. */
export function groups(ids: readonly SignatureId[]): readonly (readonly SignatureId[])[] {
  return [...chunks(ids, WALLETS)];
}
