import type { KeyRef } from '../../signing/wallet.js';
import type { BuildContext, BuiltTransaction } from './build.js';

/** Builds what an account of Algorand asks for. */
export interface AlgorandBuilder {
  readonly kind: 'algorand';
  /**
   * Coins and assets get the rounds of their life at once, as other daemons need them. Equal requests begin in different
   * rounds, because the network takes the same bytes only once.
   * @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, FEE_INVALID, DECIMALS_UNKNOWN, PAYMENT_UNSUPPORTED, RECEIVER_UNFIT,
   *   STATE_CONFLICT (no round is left to equal requests), NODE_*
   */
  build(request: AlgorandRequest, context: BuildContext): Promise<BuiltTransaction>;
}

/** What one account of Algorand does. */
export type AlgorandRequest = AlgorandAccount & AlgorandAction;

interface AlgorandAccount {
  readonly from: string;
  readonly key: KeyRef;
  /** The whole fee in ALGO as a decimal text; when absent, the least that the network takes. */
  readonly fee?: string;
}

export type AlgorandAction =
  | { readonly kind: 'coins'; readonly to: string; readonly amount: string; readonly note?: string }
  | {
      readonly kind: 'asset';
      readonly to: string;
      readonly asset: string;
      /** Whole tokens as a decimal text. */
      readonly amount: string;
      /** They must match the network's value. */
      readonly decimals?: number;
    }
  /** The smallest unit, as parts of a unique token are counted. */
  | { readonly kind: 'units'; readonly to: string; readonly asset: string; readonly units: bigint }
  | { readonly kind: 'opt-in' | 'destruction'; readonly asset: string }
  | AssetCreation;

/** A new asset, all of which the creator holds. */
interface AssetCreation {
  readonly kind: 'creation';
  /** The smallest unit. */
  readonly total: bigint;
  readonly decimals: number;
  readonly name: string;
  readonly unitName?: string;
  readonly url?: string;
  readonly manager?: string;
  readonly reserve?: string;
  readonly freeze?: string;
  readonly clawback?: string;
}
