import type { KeyRef } from '../../signing/wallet.js';
import type { BuiltTransaction, QueueContext } from './build.js';

/** Builds what an account of Stellar asks for. */
export interface StellarBuilder {
  readonly kind: 'stellar';
  /**
   * Numbers the transaction after the queued ones of its account, and gives it a day.
   * @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, PAYMENT_UNSUPPORTED, MEMO_REQUIRED, RECEIVER_UNFIT, NODE_*
   */
  build(request: StellarRequest, context: QueueContext): Promise<BuiltTransaction>;
}

/** What one account of Stellar does. */
export type StellarRequest = StellarAccount & StellarAction;

interface StellarAccount {
  readonly from: string;
  readonly key: KeyRef;
}

/** Amounts are whole lumens or units of the asset as decimal texts. */
export type StellarAction =
  | {
      readonly kind: 'payment';
      readonly to: string;
      readonly amount: string;
      /** When absent, lumens are sent. */
      readonly asset?: IssuedAsset;
      /** At most 28 bytes of text, or 64 hexadecimal digits, which go as a hash. */
      readonly message?: string;
    }
  /** Makes an account that does not exist yet, with these lumens. */
  | { readonly kind: 'creation'; readonly to: string; readonly amount: string; readonly message?: string }
  /** Without a limit, as much as there can be; a limit of 0 ends the trust. */
  | { readonly kind: 'trust'; readonly asset: IssuedAsset; readonly limit?: string };

interface IssuedAsset {
  readonly code: string;
  readonly issuer: string;
}
