import type { SignedApproval } from '../policy/approval.js';
import type { BudgetCharge, BudgetWindow } from '../store/budgets.js';

/** A document of control for a signer: sealed under a key that only the root key gives. */
export interface ControlDocument {
  readonly version: number;
  readonly box: Uint8Array;
}

/** What a store says about control, as a front brings it to a signer. */
export interface ControlDocuments {
  /** The newest one; absent before the first. */
  readonly constitution?: ControlDocument;
  /** The oldest first, without a gap: the one in force, and those that wait for their time. */
  readonly policies: readonly ControlDocument[];
}

/** Version and hash of a document that a signer has opened. */
export interface ControlEdge {
  readonly version: number;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly hash: string;
}

/** What documents are, after a signer has opened them. */
export interface ControlEdges {
  readonly constitution?: ControlEdge;
  readonly policies: readonly ControlEdge[];
}

/** What a policy needs to know about one request besides the transaction. None of it is believed without proof. */
export interface SignControl {
  /** Id of the pending transaction, which its approvals name. */
  readonly id: string;
  readonly approvals: readonly SignedApproval[];
}

/** Which bytes a signature is for. */
export interface SignatureClaim {
  /** Hash of everything that decides the bytes: two requests with one mark give the same transaction. */
  readonly mark: string;
  /** What a network lets be used once: sender and number, or outputs. Two transactions that share one exclude each other. */
  readonly uses: readonly string[];
}

/** An approval that a signature takes. */
export interface SpentApproval {
  readonly nonce: string;
  /** Milliseconds since 1970; from then on no approval with this nonce counts. */
  readonly expires: number;
}

/** What a signer asks whoever accounts, about one signature. */
export type AccountQuestion =
  | { readonly kind: 'used'; readonly claim: SignatureClaim; readonly wanted: readonly BudgetWindow[] }
  | {
      readonly kind: 'reserve';
      readonly claim: SignatureClaim;
      readonly approvals: readonly SpentApproval[];
      readonly charges: readonly BudgetCharge[];
    };
