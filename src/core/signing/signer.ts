import type { SignedTransaction, SignerFacts } from '../chain/codec.js';
import type { SignatureId } from '../ids.js';
import type { JournalKey } from '../store/journal-mac.js';
import type { SlotName } from '../store/store.js';
import type { CheckpointRequest } from './checkpoint.js';
import type { ControlDocuments, SignControl } from './control.js';
import type { CreateRequest } from './create.js';
import type { Decreed, DecreeRequest } from './decree.js';
import type { FreezeNews } from './freezes.js';
import type { KeyRequest } from './pending.js';
import type { KeyRef, SealedWallet } from './wallet.js';

export interface SignRequest {
  readonly pending: KeyRequest;
  /** The completed serialized form. */
  readonly completed: string;
  /** Digest of what the judges allowed (`digestOf`); the signer signs only this. */
  readonly digest?: string;
  /** Sealed records of every wallet whose keys sign, and no others. */
  readonly sealed: readonly SealedWallet[];
  /** What rules need to know besides the transaction, in a store that has any. */
  readonly control?: SignControl;
}

export interface IdentifyRequest {
  /** Sealed records of every wallet that `keys` names. */
  readonly sealed: readonly SealedWallet[];
  readonly keys: readonly KeyRef[];
}

/** How often something was decided about a wallet, as its record says. */
export interface WalletRevision {
  readonly id: SignatureId;
  readonly revision: number;
}

export interface SignResult extends SignedTransaction {
  /** Of each wallet that signed and about which something was decided. Absent: of none. */
  readonly revisions?: readonly WalletRevision[];
  /** Microseconds spent inside the signer, by step; for measurements only. */
  readonly timing: { readonly open: number; readonly sign: number };
}

/** How a signer opened the store: the slot of the password, and the name of the keeper's process where one opened it. */
export interface SignerOpening extends SlotName {
  readonly keeper?: string;
}

/**
 * A pure function with a key: decodes the transaction, checks that the keys belong to the sender, signs, verifies and wipes.
 * It runs in this process or, over IPC, in a child; one suite tests both.
 */
export interface Signer {
  /** The process that signs: `signer process <pid>` or `this process`. */
  readonly name: string;
  /** Opens the root key, and resolves to the key of the public halves (32 bytes). @throws CustosError PASSWORD_WRONG */
  unlock(): Promise<Uint8Array>;
  /** The key that authenticates the journal; opens the root key as `unlock` does. @throws CustosError PASSWORD_WRONG */
  journalKey(): Promise<JournalKey>;
  /** How the store was opened last. */
  openedBy?(): Promise<SignerOpening | undefined>;
  sign(request: SignRequest): Promise<SignResult>;
  /** The public side of keys that cannot be derived from public halves alone. @throws CustosError INDEX_MISSING, RECORD_DAMAGED, … */
  identify(request: IdentifyRequest): Promise<readonly SignerFacts[]>;
  /**
   * Makes a wallet; nobody but the vault learns its secret, and it exists only once its record is stored. Absent where the signer
   * makes none.
   * @throws CustosError CREATE_NOT_ALLOWED, CHAIN_UNKNOWN, SECRET_UNSUPPORTED, SIGNER_*
   */
  create?(request: CreateRequest): Promise<SealedWallet>;
  /** Signs a head of the audit log; absent where the signer has no key of it. @throws CustosError AUDIT_BROKEN, SIGNER_* */
  checkpoint?(request: CheckpointRequest): Promise<string>;
  /**
   * Hands over constitution and policies; they hold from then on, and no older ones are taken any more.
   * @throws CustosError CONTROL_OLD, RECORD_DAMAGED, KEEPER_STATE_UNWRITTEN
   */
  control(documents: ControlDocuments): Promise<void>;
  /**
   * Tells of freezes and of their ends. What is frozen is not signed from then on, until its end was verified. Absent where the
   * signer keeps none.
   * @returns the lines of all that hold there
   * @throws CustosError FREEZE_INVALID, KEEPER_STATE_UNWRITTEN, SIGNER_*
   */
  freezes?(news: FreezeNews): Promise<readonly string[]>;
  /**
   * Does what the quorum of the constitution signed, and gives back what the store keeps of it. Absent where the signer does not.
   * @throws CustosError CONSTITUTION_NEEDED, CONSTITUTION_QUORUM, CONSTITUTION_SIGNATURE, CONTROL_OLD, POLICY_INVALID, POLICY_CONFLICT,
   *   FREEZE_INVALID, SIGNER_*
   */
  decree?(request: DecreeRequest): Promise<Decreed>;
  close(): Promise<void>;
}
