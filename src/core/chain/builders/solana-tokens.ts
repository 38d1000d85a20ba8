import type { KeyRef } from '../../signing/wallet.js';

/** A wallet that takes part, and its key. */
interface SolanaAccount {
  readonly address: string;
  readonly key: KeyRef;
}

/** What a wallet does with mints of its own, and with unique tokens of the Token Metadata program. */
export type SolanaTokenRequest = {
  readonly from: SolanaAccount;
  /** Pays fee and rent instead of `from`; it must sign too. */
  readonly feePayer?: SolanaAccount;
} & (
  | {
      readonly act: 'deploy';
      /** Gets all of the supply. */
      readonly to: string;
      /** Whole tokens as a decimal text. */
      readonly supply: string;
      readonly digits: number;
      /** `from`, where it is absent. */
      readonly freezeAuthority?: string;
    }
  | { readonly act: 'mint'; readonly to: string; readonly metadata: SolanaMetadata }
  | { readonly act: 'burn'; readonly mint: string; readonly collection?: string }
  | { readonly act: 'verify'; readonly mint: string; readonly collection: string }
);

/** What a unique token is, as the Token Metadata program keeps it. */
export interface SolanaMetadata {
  readonly name: string;
  readonly symbol: string;
  readonly uri: string;
  /** Part of a price that goes to the creators, in hundredths of a percent. */
  readonly sellerFeeBasisPoints: number;
  /** Their shares add up to 100. */
  readonly creators?: readonly { readonly address: string; readonly share: number }[];
  readonly collection?: string;
  readonly isMutable: boolean;
}
