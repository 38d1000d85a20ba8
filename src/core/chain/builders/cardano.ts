import type { SpendRequest } from './bitcoind.js';
import type { BuildContext, BuiltTransaction } from './build.js';

/** Builds transfers of ADA. */
export interface CardanoBuilder {
  readonly kind: 'cardano';
  /**
   * Chooses outputs, fee and change for a transfer from the gateway. Named outputs are all spent. Tokens that lie in spent outputs go
   * back with the change.
   * @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID (also: not enough coins), FEE_INVALID, STATE_CONFLICT (an output that
   *   another pending transaction spends), TRANSACTION_INVALID, NODE_*
   */
  spend(request: SpendRequest, context: BuildContext): Promise<BuiltTransaction>;
}
