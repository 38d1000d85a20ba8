import type { SealedDocument } from './sealed-document.js';

/** Published policies. Nothing in it is ever changed or removed. */
export interface PolicyTable {
  /** The versions above one, the oldest first; all of them above 0. */
  after(version: number): Promise<readonly SealedDocument[]>;
  /**
   * @param act - one that narrows is added even if the audit log is broken
   * @throws CustosError POLICY_CONFLICT: this version is there, or the one before it is not; STORE_REKEYED
   */
  add(policy: SealedDocument, act?: 'widen' | 'narrow'): Promise<void>;
  /** Fills a new store from a backup. */
  restore(policies: readonly SealedDocument[]): Promise<void>;
}
