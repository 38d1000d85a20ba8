import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, TokenMove } from '../../core/chain/summary.js';
import type { Conditions, Memo } from './preconditions.js';

/** What one operation does. */
export interface Operation {
  readonly kind: Summary['kind'];
  /** Account in whose name it acts, where it is not the transaction's own. */
  readonly source?: string;
  readonly to?: string;
  /** Lumens that leave, in stroops. */
  readonly value: bigint;
  /** What leaves the account. */
  readonly tokens: readonly TokenMove[];
  /** What somebody gets of another asset than the one that leaves. */
  readonly arriving: readonly TokenMove[];
  readonly hazards: readonly Hazard[];
  readonly opaque?: true;
  /** A part of a sentence without subject. */
  readonly text: string;
}

/** What a reader finds out; what it leaves out is nothing. */
export type Effect = Pick<Operation, 'text'> & Partial<Omit<Operation, 'source' | 'text'>>;

/** What an envelope holds, as far as it concerns others. */
export interface Envelope {
  readonly source: string;
  /** The most that the fee can be, in stroops. */
  readonly fee: bigint;
  readonly sequence: bigint;
  readonly conditions: Conditions;
  readonly memo?: Memo;
  readonly operations: readonly EnvelopeOperation[];
  /** The very bytes of the transaction, without the envelope around it. */
  readonly body: Uint8Array;
  readonly bytes: Uint8Array;
  readonly signatures: readonly { readonly hint: Uint8Array; readonly signature: Uint8Array }[];
}

/** An operation with its very bytes. */
export type EnvelopeOperation = Operation & { readonly body: Uint8Array };
