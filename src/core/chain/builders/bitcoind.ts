import type { KeyRef } from '../../signing/wallet.js';
import type { BuildContext, BuiltTransaction } from './build.js';

/** Where coins come from: one output, or an address, which gives as many outputs as needed. */
export type SpendSource = { readonly key: KeyRef } & (
  | { readonly address: string }
  | { readonly txId: string; readonly index: number }
);

/** A transfer on a chain of unspent outputs. Amounts are whole coins: a decimal text, or a JSON number that is exact. */
export interface SpendRequest {
  readonly sources: readonly SpendSource[];
  readonly to: readonly { readonly address: string; readonly amount: string | number }[];
  /** When absent, the node says what a transaction costs now. */
  readonly fee?: string;
  /** When absent, the change goes back to the address of the first coins. */
  readonly changeAddress?: string;
}

/** Builds transactions of a chain of unspent outputs. */
export interface BitcoindBuilder {
  readonly kind: 'bitcoind';
  /**
   * Chooses outputs, fee and change for a transfer from the gateway.
   * @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID (also: not enough coins), FEE_INVALID, STATE_CONFLICT (an output that
   *   another pending transaction spends), NETWORK_MISMATCH, NODE_*
   */
  spend(request: SpendRequest, context: BuildContext): Promise<BuiltTransaction>;
}
