import type { KeyRef } from '../../signing/wallet.js';

/** What is done at marketplaces of the Auction House program. */
export type SolanaMarketRequest = {
  readonly from: { readonly address: string; readonly key: KeyRef };
} & (SolanaMarketCreation | SolanaMarketChange | SolanaMarketWithdrawal | SolanaOffer | SolanaListed);

interface SolanaMarketCreation {
  readonly act: 'create';
  /** Hundredths of a percent. */
  readonly fee: number;
  /** The token that buyers pay with; coins, where it is absent. */
  readonly treasuryMint?: string;
  /** Wallets that get what is withdrawn; `from`, where they are absent. */
  readonly treasuryReceiver?: string;
  readonly feeReceiver?: string;
  readonly requiresSignOff: boolean;
  readonly canChangeSalePrice: boolean;
}

/** Absent members stay as they are. */
interface SolanaMarketChange {
  readonly act: 'change';
  readonly market: string;
  readonly fee?: number;
  readonly treasuryReceiver?: string;
  readonly feeReceiver?: string;
  readonly requiresSignOff?: boolean;
  readonly canChangeSalePrice?: boolean;
}

interface SolanaMarketWithdrawal {
  readonly act: 'withdraw-fee' | 'withdraw-treasury';
  readonly market: string;
  /** Whole coins or tokens as a decimal text. */
  readonly amount: string;
}

interface SolanaOffer {
  readonly act: 'sell';
  readonly market: string;
  readonly token: string;
  /** Whole coins or tokens as a decimal text. */
  readonly price: string;
  readonly authority?: KeyRef;
}

interface SolanaListed {
  readonly act: 'buy' | 'cancel';
  readonly market: string;
  /** Address of the receipt of the offer. */
  readonly listing: string;
  /** Key of the owner of the marketplace, where that has to agree. */
  readonly authority?: KeyRef;
}
