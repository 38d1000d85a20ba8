import type { Effect } from '../chain/effect.js';
import type { Network } from '../ids.js';
import type { Demand } from './demand.js';
import type { ApprovalClass } from './policy.js';

/** What a policy knows of a wallet that signs. What is absent is unknown: no permit counts on it, and a forbid counts it as its own. */
export interface PolicyWallet {
  readonly id: string;
  readonly tags?: readonly string[];
  readonly owner?: string;
  /** Only permits with `sweep` count for it, and they count for nothing else. */
  readonly compromised?: true;
}

/** An answer of a person that was verified, is about this transaction, and has not expired. */
export interface GivenApproval {
  readonly person: string;
  readonly decision: 'approve' | 'reject';
  readonly class: ApprovalClass;
  /** The demands that the approver saw: the approval counts for no other. `any`: a service that approves the transaction as such. */
  readonly demands: readonly Demand[] | 'any';
}

/** Everything that a policy judges by. The summary and its text are not among it. */
export interface PolicyFacts {
  readonly chain: string;
  readonly network: Network;
  /** The name that effects give to the chain's coin. */
  readonly coin: string;
  readonly wallets: readonly PolicyWallet[];
  /** Addresses of the keys that sign. */
  readonly signers: readonly string[];
  /** Whether an address belongs to a wallet of the store. */
  isOwn(address: string): boolean;
  /** All of them, with the fee. */
  readonly effects: readonly Effect[];
  readonly initiator?: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Fee per virtual byte in smallest units, where the chain has one. */
  readonly feeRate?: number;
  /** What was charged to a budget since a moment: smallest units, or a count. */
  used(budget: string, since: number): bigint;
  readonly approvals: readonly GivenApproval[];
  /** Persons who may not approve, such as the one who asked for the transaction. */
  readonly excluded?: readonly string[];
  /** Groups that the policy does not declare. */
  readonly groups?: ReadonlyMap<string, ReadonlySet<string>>;
}
