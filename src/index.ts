/**
 * The library's door: a wallet store, its wallets, and a carrier that signs and sends the program's transactions.
 * docs/library.md shows it on one screen. It never prints, reads the environment or ends the process. Every
 * error is a CustosError.
 */

export type { Acceptance, Carried, Carrier, Tally } from './app/library/carrier.js';
export type { CarrierOptions } from './app/library/carrier-options.js';
export type { MessageRequest, SignedAnswer } from './app/library/message.js';
export type { OpenStoreOptions, OutsideKey } from './app/library/open-store-options.js';
export type { Payment } from './app/library/payment.js';
export type { Request } from './app/library/request.js';
export type { TransactionSource } from './app/library/source.js';
export type { Transaction } from './app/library/transaction.js';
export {
  type CreateWalletOptions,
  createStore,
  type ImportWalletOptions,
  openStore,
  type StoreOptions,
  type WalletStore,
} from './app/library/wallet-store.js';
export type { Effect, EffectArgument, EffectOp } from './core/chain/effect.js';
export type { Hazard, HazardKind } from './core/chain/hazards.js';
export type { Summary } from './core/chain/summary.js';
export { CustosError, type CustosErrorOptions, type ErrorCode, errorKinds } from './core/errors.js';
export type { ChainId, Network, SignatureId } from './core/ids.js';
export type { Log } from './core/log.js';
export { Secret } from './core/secret.js';
export type { Distrust, HoldCause, Judge, Question, Verdict } from './core/signing/judge.js';
export type { PendingTransaction } from './core/signing/pending.js';
export type { Wallet, WalletKind } from './core/signing/wallet.js';
export type { State } from './core/store/journal.js';
