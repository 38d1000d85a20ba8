import type { KeyRef } from '../../signing/wallet.js';
import type { BuiltTransaction, QueueContext } from './build.js';

/** Builds what an account of the XRP Ledger asks for. */
export interface XrpLedgerBuilder {
  readonly kind: 'xrp-ledger';
  /**
   * Numbers the transaction after the queued ones of its account, and gives it about an hour.
   * @throws CustosError ADDRESS_INVALID, NETWORK_MISMATCH, AMOUNT_INVALID, FEE_INVALID, PAYMENT_UNSUPPORTED, MEMO_REQUIRED,
   *   RECEIVER_UNFIT, NODE_*
   */
  build(request: XrpRequest, context: QueueContext): Promise<BuiltTransaction>;
}

/** What one account of the XRP Ledger does. */
export type XrpRequest = XrpAccount & XrpAction;

interface XrpAccount {
  readonly from: string;
  readonly key: KeyRef;
  /** XRP as a decimal text. What the network asks for at least is paid even so; when absent, what it asks for now. */
  readonly fee?: string;
}

/** Amounts are whole coins or units of the currency as decimal texts. */
export type XrpAction =
  | {
      readonly kind: 'payment';
      readonly to: string;
      readonly amount: string;
      /** When absent, XRP is sent. */
      readonly currency?: IssuedCurrency;
      readonly sourceTag?: number;
      readonly destinationTag?: number;
    }
  /** A limit of 0 ends the trust. */
  | { readonly kind: 'trust'; readonly currency: IssuedCurrency; readonly limit: string }
  | { readonly kind: 'settings'; readonly flag: 'rippling' | 'requireDestinationTag'; readonly isSet: boolean };

interface IssuedCurrency {
  /** Three letters, or forty hexadecimal digits. */
  readonly code: string;
  readonly issuer: string;
}
