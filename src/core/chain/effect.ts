import type { HazardKind } from './hazards.js';

/** What one part of a transaction does, in terms that all chains share. */
export type EffectOp =
  /** Coins go from an account to another. */
  | 'transfer'
  /** Tokens, fungible or not, go from an account to another. */
  | 'token-transfer'
  /** Somebody may take tokens from now on; an amount of 0 takes the right away. */
  | 'approve'
  | 'mint'
  | 'burn'
  /** A method of a contract, or an instruction of a program, that none of the other words covers. */
  | 'call'
  | 'deploy'
  /** Delegation, staking, voting and what they pay. */
  | 'stake'
  /** An offer, a swap or a payment at a price that others decide. */
  | 'trade'
  /** The account itself changes: keys, signers, settings, trust lines, opt-ins, creation, closing. */
  | 'account'
  /** An asset that the account issues or manages changes: its supply settings, freezes, managers. */
  | 'issuer'
  /** Moves nothing and changes nothing: a memo, a data output, a check. */
  | 'note'
  /** Words or bytes are signed that can be no transaction: logins, proofs of an address. */
  | 'message'
  /** Structured data are signed that a contract may act on; what they let it do are effects beside this one. */
  | 'typed-data'
  /** A hash is signed, whatever it stands for. */
  | 'hash'
  /** The highest possible fee, and the fields that only order, price and time the transaction. Every transaction has exactly one. */
  | 'fee';

/** One signed field, under the chain's own name, as the chain writes it. */
export interface EffectArgument {
  readonly name: string;
  readonly value: string;
}

/**
 * One thing that a decoded transaction does. The effects of a transaction are complete: every output, instruction, clause,
 * operation and message of the signed bytes is in one of them, and so is the fee; what is not understood is a `call` or `note`
 * with the code `opaque-data`. Summary text and hazards are made from them. Texts are as the signed bytes have them, so they are
 * foreign until shown.
 */
export interface Effect {
  readonly op: EffectOp;
  /** What is dangerous in it. A rule covers an effect with a code only if it names the code. */
  readonly code?: HazardKind;
  /** The account that gives, or whose rights change. */
  readonly from: string;
  /** The account that receives, or gains a right. */
  readonly to?: string;
  /** The coin's symbol, or a token's contract or identifier, as in `AssetAmount`. */
  readonly asset?: string;
  /** Smallest unit. Absent where there is none, or it has no bound. */
  readonly amount?: bigint;
  /** Of a token that is not fungible. */
  readonly tokenId?: bigint;
  /** The called contract or program. */
  readonly contract?: string;
  /** Signature of the called method, e.g. `transfer(address,uint256)`, or the chain's own name of the operation, e.g. `SetRegularKey`. */
  readonly method?: string;
  /** Every other signed field, in the order of the bytes. */
  readonly args?: readonly EffectArgument[];
  /** The data of a call that is judged by its beginning: lower-case hexadecimal digits. */
  readonly data?: string;
  /** The accounts that an instruction of a program names, in its order. */
  readonly accounts?: readonly string[];
  /** What it moves goes back to one of the keys that sign: change. */
  readonly own?: true;
}
