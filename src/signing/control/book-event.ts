import type { ControlEdge } from '../../core/signing/control.js';
import type { WalletRecord } from './revisions.js';
import type { Reserving } from './spending.js';

/** A change of what the book knows, in the order in which it happened. The same changes make the same book. */
export type BookEvent =
  | { readonly kind: 'documents'; readonly constitution?: ControlEdge; readonly policy?: ControlEdge }
  | ({ readonly kind: 'taken' } & Reserving)
  | { readonly kind: 'released'; readonly family: number }
  | { readonly kind: 'wallets'; readonly records: readonly WalletRecord[] }
  | { readonly kind: 'frozen' | 'unfrozen'; readonly text: string };

/** Where changes are made durable. */
export interface BookJournal {
  /** Resolves when all of them are durable. @throws CustosError KEEPER_STATE_UNWRITTEN */
  write(events: readonly BookEvent[]): Promise<void>;
}
