import type { TenantId } from '../ids.js';
import type { PendingTransaction } from '../signing/pending.js';
import type { Idempotency } from './queue.js';

/** The doors through which an application hands a request to Custos itself. What a cloud queued came through none of them. */
export const doors = ['api', 'rpc', 'gateway', 'library'] as const;
type Door = (typeof doors)[number];

/** What is signed: a transaction, or a message in one of three forms. */
export const requestKinds = ['transaction', 'message', 'typed-data', 'hash'] as const;
export type RequestKind = (typeof requestKinds)[number];

/** `broadcast`: Custos sends the signed bytes · `return`: whoever asked gets them, and Custos sends nothing. */
export const deliveries = ['broadcast', 'return'] as const;
export type Delivery = (typeof deliveries)[number];

/** What the journal knows of a request that came through a door, beside the transaction itself. */
export interface IntakeFacts {
  readonly tenant: TenantId;
  readonly source: Door;
  readonly kind: RequestKind;
  readonly delivery: Delivery;
  /** Makes a repeated request the known one, for ever, within its tenant. */
  readonly idempotency?: Idempotency;
  /** The application's own name for it, such as `payout-4711`; not unique. */
  readonly reference?: string;
  /** Blind index of the owner: the owner's name itself stays out of the journal. */
  readonly ownerTag?: string;
  /** Blind index of the owner who proved to be there, in hexadecimal digits: wallets that require such a proof sign only for their owner. */
  readonly userTag?: string;
  /** Id of the token or key that asked. */
  readonly initiator?: string;
  /** A request that is not signed at this moment ends (milliseconds since 1970). */
  readonly expiresAt?: number;
}

/** A request as a door hands it over. */
export interface AcceptRequest extends IntakeFacts {
  /** A repeated request keeps the id that it got first, whatever the id is here. */
  readonly pending: PendingTransaction;
  /** Outputs (`txId:index`) that it spends: they are its own from now on, until it ends without effect. */
  readonly spends?: readonly string[];
}
