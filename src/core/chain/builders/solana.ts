import type { KeyRef } from '../../signing/wallet.js';
import type { BuildContext, BuiltTransaction } from './build.js';
import type { SolanaMarketRequest } from './solana-markets.js';
import type { SolanaTokenRequest } from './solana-tokens.js';

/** An account that takes part in a payment, and its signing key. */
interface PayingAccount {
  readonly address: string;
  readonly key: KeyRef;
}

/** A transfer of coins or tokens between accounts. */
export interface PaymentRequest {
  readonly from: PayingAccount;
  readonly to: string;
  /** Whole coins or tokens as a decimal text, e.g. `0.5`. */
  readonly amount: string;
  /** Pays fee and rent instead of `from`; it must sign too. */
  readonly feePayer?: PayingAccount;
  /** Address of the token; when absent, coins are sent. */
  readonly contractAddress?: string;
  /** Decimals of the token; they must match the network's value. */
  readonly digits?: number;
  /** Text that goes along. */
  readonly memo?: string;
}

/** Builds payments of Solana. */
export interface SolanaBuilder {
  readonly kind: 'solana';
  /** Builds a payment from the gateway. @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, NETWORK_MISMATCH, NODE_* */
  pay(request: PaymentRequest, context: BuildContext): Promise<BuiltTransaction>;
  /**
   * Builds what makes a mint, and what is done with unique tokens.
   * @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, NETWORK_MISMATCH, TRANSACTION_*, NODE_*
   */
  tokens(request: SolanaTokenRequest, context: BuildContext): Promise<BuiltTransaction>;
  /**
   * Builds what is done at marketplaces.
   * @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, NETWORK_MISMATCH, KEY_MISSING, TRANSACTION_*, NODE_*
   */
  markets(request: SolanaMarketRequest, context: BuildContext): Promise<BuiltTransaction>;
}
