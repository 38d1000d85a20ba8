import type { Network } from '../ids.js';
import type { KeyRef } from '../signing/wallet.js';
import type { NodeClient } from './chain.js';
import type { AssetAmount } from './summary.js';

/** What a chain may ask while it builds what came in at the gateway. */
export interface BuildContext {
  readonly network: Network;
  readonly node: NodeClient;
  /** Those of the outputs (`txId:index`) that other pending transactions spend. */
  spent(outputs: readonly string[]): Promise<ReadonlySet<string>>;
}

/** A transaction without signatures, with the keys that sign it. */
export interface BuiltTransaction {
  readonly serialized: string;
  /** In the order of signing; those without an index come first. */
  readonly keys: readonly KeyRef[];
  /** The most that the fee can be, where it is settled already. */
  readonly fee?: AssetAmount;
  /** Outputs (`txId:index`) that it spends, on a chain of unspent outputs. */
  readonly spends?: readonly string[];
}

/** Where coins come from: an address, of whose outputs as many are taken as are needed, or one output. */
export type SpendSource = { readonly key: KeyRef } & (
  | { readonly address: string }
  | { readonly txId: string; readonly index: number }
);

/** A transfer on a chain of unspent outputs. Amounts are whole coins: a decimal text, or a JSON number that is exact. */
export interface SpendRequest {
  readonly sources: readonly SpendSource[];
  readonly to: readonly { readonly address: string; readonly amount: string | number }[];
  /** Without it the node is asked what a transaction costs now. */
  readonly fee?: string;
  /** Without it what remains goes back to where the first coins came from. */
  readonly changeAddress?: string;
}

/** An account that takes part in a payment, and who signs for it. */
export interface PayingAccount {
  readonly address: string;
  readonly key: KeyRef;
}

/** A transfer of coins or tokens between accounts. */
export interface PaymentRequest {
  readonly from: PayingAccount;
  readonly to: string;
  /** Whole coins or tokens as a decimal text, e.g. `0.5`. */
  readonly amount: string;
  /** Pays fee and rent in the place of `from`; it must sign, too. */
  readonly feePayer?: PayingAccount;
  /** Address of the token; without it coins are sent. */
  readonly contractAddress?: string;
  /** Decimals of the token; they must be those that the network says. */
  readonly digits?: number;
}
