import type { KeyRef } from '../../signing/wallet.js';
import type { BuildContext, BuiltTransaction } from './build.js';

/** A transfer of EGLD, or with data whatever that says, such as a transfer of tokens. */
export interface MultiversxTransfer {
  readonly from: string;
  readonly key: KeyRef;
  readonly to: string;
  /** Whole coins as a decimal text. */
  readonly amount: string;
  /** Plain text. */
  readonly data?: string;
  readonly gasLimit?: string;
  readonly gasPrice?: string;
}

/** Builds transfers of MultiversX. Its daemon fills in numbers and gas. */
export interface MultiversxBuilder {
  readonly kind: 'multiversx';
  /** @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, NETWORK_MISMATCH, TRANSACTION_INVALID, NODE_* */
  transfer(request: MultiversxTransfer, context: BuildContext): Promise<BuiltTransaction>;
}
