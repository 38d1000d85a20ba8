import type { SignedApproval } from '../policy/approval.js';
import type { SealedDocument } from './sealed-document.js';

/** An approval as it is stored. */
export interface StoredApproval extends SignedApproval {
  readonly nonce: string;
  readonly pendingId: string;
  /** When the store got it. */
  readonly at: number;
  /** The attempt that it was spent for; absent while it is unspent. */
  readonly spentFor?: string;
}

/** What approvals are spent for. */
export interface Spending {
  readonly nonces: readonly string[];
  /** Which making of the transaction's bytes it is. */
  readonly attempt: string;
}

/** Constitutions and approvals. Nothing in it is ever changed or removed. */
export interface ApprovalTable {
  /** All versions, the oldest first. */
  constitutions(): Promise<readonly SealedDocument[]>;
  /** The newest version; undefined before the first. */
  constitution(): Promise<SealedDocument | undefined>;
  /** @throws CustosError CONSTITUTION_CONFLICT: this version is there, or the one before it is not; STORE_REKEYED */
  addConstitution(constitution: SealedDocument): Promise<void>;
  /** @throws CustosError APPROVAL_REPLAYED: there is an approval with this nonce */
  add(approval: Omit<StoredApproval, 'spentFor'>): Promise<void>;
  /** The approvals of a transaction, in the order of their times. */
  of(pendingId: string): Promise<readonly StoredApproval[]>;
  /**
   * Spends approvals, all or none. To spend them again for the same attempt changes nothing.
   * @throws CustosError APPROVAL_SPENT: one was spent for another attempt
   */
  spend(spending: Spending): Promise<void>;
  /** Approvals for backups, by nonce. */
  page(after: string | undefined, limit: number): Promise<readonly StoredApproval[]>;
  /** Fills a new store from a backup. */
  restore(content: RestoredApprovals): Promise<void>;
}

export interface RestoredApprovals {
  readonly constitutions: readonly SealedDocument[];
  readonly approvals: readonly StoredApproval[];
}
