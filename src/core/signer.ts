import type { SignedTransaction } from './chain.js';
import type { PendingTransaction } from './pending.js';
import type { Summary } from './summary.js';
import type { SealedWallet } from './wallet.js';

export interface SignRequest {
  readonly pending: PendingTransaction;
  /** The completed serialized form. */
  readonly completed: string;
  /** Sealed records of every wallet that `pending.keys` names. */
  readonly sealed: readonly SealedWallet[];
  /** Allowed besides the known chain ids of the network, in decimal. */
  readonly developmentChainId?: string;
}

export interface SignResult extends SignedTransaction {
  readonly summary: Summary;
  /** Microseconds spent inside the signer, by step; for measurements only. */
  readonly timing: { readonly open: number; readonly sign: number };
}

/**
 * A pure function with a key: decodes what it is given, checks that the keys belong to the sender, signs, verifies, wipes.
 * In process, or over IPC in a child: one suite tests both.
 */
export interface Signer {
  /** The process that signs: `signer process <pid>` or `this process`. */
  readonly name: string;
  /** Opens the root key and resolves to the key of the public halves (32 bytes). @throws CustosError PASSWORD_WRONG */
  unlock(): Promise<Uint8Array>;
  sign(request: SignRequest): Promise<SignResult>;
  close(): Promise<void>;
}
