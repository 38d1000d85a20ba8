import type { Network } from '../ids.js';
import type { KeyRequest, PendingTransaction, Withdrawal } from '../signing/pending.js';
import type { KeyRef, LentKey } from '../signing/wallet.js';
import type { Summary } from './summary.js';

/** One key that a pending transaction names, as far as it is public. */
export interface SignerFacts {
  readonly address: string;
  /** Known for mnemonic wallets with an xpub; absent where only the signer can tell. */
  readonly publicKey?: Uint8Array;
}

/** What decides whether a chain id belongs: the network, and a development chain that the operator named. */
export interface ParseContext {
  readonly network: Network;
  /** Address whose key will sign; of several keys the first one's. */
  readonly from: string;
  /** All keys that the pending transaction names, in its order; the first is that of `from`. */
  readonly signers: readonly SignerFacts[];
  /** A ledger withdrawal that the cloud ties to the transaction. */
  readonly withdrawal?: Withdrawal;
  /** Allows what is refused by default because the network cannot show that it is meant (e.g. XRP regular keys). */
  readonly allowForeignKey?: boolean;
  /** Chain id of a development chain (`--chain-id CHAIN=N`), allowed besides the known ones of the network. */
  readonly developmentChainId?: bigint;
}

/** A decoded transaction, ready to be judged and signed. Pure. */
export interface UnsignedTransaction {
  readonly summary: Summary;
  /** Sequence number of the sender, where the chain has one. */
  readonly nonce?: bigint;
  /** Outputs that it spends, where the chain has such: `txId:index`, txId as the network writes it. */
  readonly spends?: readonly string[];
  /** @throws CustosError KEY_MISSING, SENDER_MISMATCH, SIGNATURE_INVALID */
  sign(keys: readonly LentKey[]): SignedTransaction;
}

/** Bytes that move money. `txId` is the chain's own hash of them. */
export interface SignedTransaction {
  /** In the text form that the broadcast operation takes, e.g. 0x and lower-case hexadecimal digits. */
  readonly raw: string;
  readonly txId: string;
}

/** The transactions of a chain: how they are decoded and signed, and how long they are good for. Pure. */
export interface Codec {
  /** Whether a text has the form of this network's transaction ids. */
  isTransactionId(text: string): boolean;
  /** The keys that must be lent, in order, where they are not simply those of `pending.keys`. @throws CustosError KEY_MISSING */
  keyRefs?(pending: KeyRequest): readonly KeyRef[];
  /** Decodes and checks a completed transaction. @throws CustosError TRANSACTION_INVALID, CHAIN_ID_MISMATCH, SENDER_MISMATCH, … */
  parse(completed: string, context: ParseContext): UnsignedTransaction;
  /**
   * Reads what the broadcast operation takes: signed bytes, or on a chain that is sent by its node (`sendsByNode`) the id
   * alone. @throws CustosError TRANSACTION_INVALID
   */
  readSigned?(txData: string): { readonly raw?: string; readonly txId: string };
  /**
   * Signed bytes run out. `renewed`: what runs out was filled in by `complete`, so dead ones are made again. `final`: the
   * requester set it, so dead ones have failed (TRANSACTION_EXPIRED). Absent: they never run out by themselves.
   */
  readonly expiry?: 'renewed' | 'final';
  /**
   * Another transaction of the sender can take the number of signed bytes, which `fate` then calls dead. `renewed`: the number
   * was filled in by `complete`, so dead ones are made again. `final`: the requester set it. Absent: no number can be taken.
   */
  displacement?(pending: PendingTransaction): 'renewed' | 'final';
  /**
   * Two pending transactions with the same content may come to the same bytes, which a network takes once. `renewed`: what tells
   * them apart is filled in by `complete`, which is asked again. Absent or `final`: the requester set all of it.
   */
  repetition?(pending: PendingTransaction): 'renewed' | 'final';
}
