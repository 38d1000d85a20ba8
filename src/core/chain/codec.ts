import type { Network } from '../ids.js';
import type { KeyRequest, PendingTransaction, Withdrawal } from '../signing/pending.js';
import type { SigningKey } from '../signing/signing-key.js';
import type { KeyRef } from '../signing/wallet.js';
import type { Effect } from './effect.js';
import type { Summary } from './summary.js';

/** The public part of one key that a pending transaction names. */
export interface SignerFacts {
  readonly address: string;
  /** Known for mnemonic wallets with an xpub; absent if only the signer can compute it. */
  readonly publicKey?: Uint8Array;
}

/** What decides whether a chain id is allowed: the network, and a development chain that the operator named. */
export interface ParseContext {
  readonly network: Network;
  /** Address of the key that will sign; with several keys, that of the first. */
  readonly from: string;
  /** All keys that the pending transaction names, in its order; the first is that of `from`. */
  readonly signers: readonly SignerFacts[];
  /** A ledger withdrawal that the cloud ties to the transaction. */
  readonly withdrawal?: Withdrawal;
  /** Allows what is refused by default because the network cannot show that it is intended (e.g. XRP regular keys). */
  readonly allowForeignKey?: boolean;
  /** Chain id of a development chain (`--chain-id CHAIN=N`), allowed in addition to the known ones of the network. */
  readonly developmentChainId?: bigint;
}

/** A decoded transaction, ready to be judged and signed. Pure. */
export interface UnsignedTransaction {
  readonly summary: Summary;
  /** Everything that it does; `summary` is made from them. */
  readonly effects: readonly Effect[];
  /** Sequence number of the sender, if the chain has one. */
  readonly nonce?: bigint;
  /** Whose number it is, where a sender has one for each of its keys. */
  readonly nonceOwner?: string;
  /** Outputs that it spends, if the chain has outputs: `txId:index`, txId as the network writes it. */
  readonly spends?: readonly string[];
  /** Addresses of the named keys that sign, where there may be several; absent: the first one alone. */
  readonly signedBy?: readonly string[];
  /**
   * Has the keys sign, and checks what they answer.
   * @throws CustosError KEY_MISSING, SENDER_MISMATCH, SIGNATURE_INVALID, KEY_UNREACHABLE, KEY_WIPED
   */
  sign(keys: readonly SigningKey[]): Promise<SignedTransaction>;
}

/** Bytes that move money. `txId` is the chain's own hash of them. */
export interface SignedTransaction {
  /** In the text form that the broadcast operation takes, e.g. 0x and lower-case hexadecimal digits. */
  readonly raw: string;
  readonly txId: string;
}

/** The input of the broadcast operation. */
export interface ReadSigned {
  /** Absent if the bytes have already gone to the network. */
  readonly raw?: string;
  readonly txId: string;
  /** What was signed, in the form that `parse` takes, on a chain that needs it to say what becomes of the bytes. */
  readonly completed?: string;
}

/** The transactions of a chain: how they are decoded and signed, and how long they stay valid. Pure. */
export interface Codec {
  /** Whether a text has the form of this network's transaction ids. */
  isTransactionId(text: string): boolean;
  /** The keys to lend, in order, if they are not simply those of `pending.keys`. @throws CustosError KEY_MISSING */
  keyRefs?(pending: KeyRequest): readonly KeyRef[];
  /** Decodes and checks a completed transaction. @throws CustosError TRANSACTION_INVALID, CHAIN_ID_MISMATCH, SENDER_MISMATCH, … */
  parse(completed: string, context: ParseContext): UnsignedTransaction;
  /**
   * Reads the input of the broadcast operation: signed bytes, or, on a chain that is sent by its node (`sendsByNode`), only the
   * id. @throws CustosError TRANSACTION_INVALID
   */
  readSigned?(txData: string, network: Network): ReadSigned;
  /**
   * Signed bytes expire. `renewed`: `complete` filled in the expiry, so dead bytes are made again. `final`: the requester set it,
   * so a transaction with dead bytes has failed (TRANSACTION_EXPIRED). Absent: the bytes never expire by themselves.
   */
  readonly expiry?: 'renewed' | 'final';
  /**
   * Another transaction of the sender can use the same number, after which `fate` reports the bytes dead. `renewed`: `complete`
   * filled in the number, so dead bytes are made again. `final`: the requester set it. Absent: no number can be used up.
   */
  displacement?(pending: PendingTransaction): 'renewed' | 'final';
  /**
   * Two pending transactions with the same content may give the same bytes, which a network accepts only once. `renewed`:
   * `complete` fills in what makes them different and is asked again. Absent or `final`: the requester set all of it.
   */
  repetition?(pending: PendingTransaction): 'renewed' | 'final';
}
