import type { Network } from '../ids.js';
import type { KeyRef } from '../signing/wallet.js';
import type { NodeClient } from './node.js';
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

/** A native or token transfer, a contract call or (without `to`) a contract creation that the gateway turns into a pending transaction. */
export interface EvmTransfer {
  readonly to?: string;
  /** Smallest unit. */
  readonly value: bigint;
  /** 0x and hexadecimal digits. */
  readonly data?: string;
  readonly chainId?: bigint;
  readonly nonce?: bigint;
  readonly gasLimit?: bigint;
  readonly gasPrice?: bigint;
  /** Transaction type where it is not the plain one: EIP-2930 or EIP-1559. */
  readonly type?: '0x1' | '0x2';
  readonly maxFeePerGas?: bigint;
  readonly maxPriorityFeePerGas?: bigint;
  readonly accessList?: readonly AccessListEntry[];
  /** Symbol (`CUSD`) or contract address of the token that pays the fee, on a chain that has such tokens. */
  readonly feeCurrency?: string;
}

/** One address that a transaction names beforehand, with its storage keys: 0x and 64 hexadecimal digits each (EIP-2930). */
export interface AccessListEntry {
  readonly address: string;
  readonly storageKeys: readonly string[];
}

/** Builds what came in at the gateway. `kind` is the interface that the chain's nodes speak. */
export type Builder = EvmBuilder | BitcoindBuilder | SolanaBuilder;

export interface EvmBuilder {
  readonly kind: 'evm';
  /** Chain ids of each network (EIP-155), the living one first. */
  readonly chainIds: Readonly<Record<Network, readonly bigint[]>>;
  /** Serialized unsigned form of a request that came in at the gateway. */
  transfer(request: EvmTransfer, network: Network): string;
}

export interface BitcoindBuilder {
  readonly kind: 'bitcoind';
  /**
   * Chooses outputs for a transfer that came in at the gateway, with fee and change.
   * @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID (also: not enough coins), FEE_INVALID, STATE_CONFLICT (an output that
   *   another pending transaction spends), NETWORK_MISMATCH, NODE_*
   */
  spend(request: SpendRequest, context: BuildContext): Promise<BuiltTransaction>;
}

export interface SolanaBuilder {
  readonly kind: 'solana';
  /** Builds a payment that came in at the gateway. @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, NETWORK_MISMATCH, NODE_* */
  pay(request: PaymentRequest, context: BuildContext): Promise<BuiltTransaction>;
}
