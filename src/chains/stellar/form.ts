import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, TokenMove } from '../../core/chain/summary.js';
import type { Conditions, Memo } from './preconditions.js';

/** What one operation does. */
export interface Operation {
  readonly kind: Summary['kind'];
  /** Account for which it acts, where that is not the transaction's source. */
  readonly source?: string;
  readonly to?: string;
  /** Lumens that leave, in stroops. */
  readonly value: bigint;
  /** What leaves the account. */
  readonly tokens: readonly TokenMove[];
  /** What a receiver gets in another asset than the one that leaves. */
  readonly arriving: readonly TokenMove[];
  readonly hazards: readonly Hazard[];
  readonly opaque?: true;
  /** A sentence without its subject. */
  readonly text: string;
}

/** What a reader finds out; members that it leaves out are empty. */
export type Effect = Pick<Operation, 'text'> & Partial<Omit<Operation, 'source' | 'text'>>;

/** What an envelope holds, as far as other files need it. */
export interface Envelope {
  readonly source: string;
  /** The most that the fee can be, in stroops. */
  readonly fee: bigint;
  readonly sequence: bigint;
  readonly conditions: Conditions;
  readonly memo?: Memo;
  readonly operations: readonly EnvelopeOperation[];
  /** The transaction as it is signed, without the envelope around it. */
  readonly body: Uint8Array;
  readonly bytes: Uint8Array;
  readonly signatures: readonly { readonly hint: Uint8Array; readonly signature: Uint8Array }[];
}

/** An operation with the bytes that are signed. */
type EnvelopeOperation = Operation & { readonly body: Uint8Array };
