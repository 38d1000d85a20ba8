import type { Network } from '../ids.js';
import type { KeyRef } from '../signing/wallet.js';
import type { NodeClient } from './node.js';
import type { AssetAmount } from './summary.js';

/** What a chain may ask while it builds a transaction for the gateway. */
export interface BuildContext {
  readonly network: Network;
  readonly node: NodeClient;
  /** Those of the outputs (`txId:index`) that other pending transactions spend. */
  spent(outputs: readonly string[]): Promise<ReadonlySet<string>>;
}

/** A transaction without signatures, with the keys that sign it. */
export interface BuiltTransaction {
  readonly serialized: string;
  /** In signing order; keys without an index come first. */
  readonly keys: readonly KeyRef[];
  /** The highest possible fee, if it is already known. */
  readonly fee?: AssetAmount;
  /** Outputs (`txId:index`) that it spends, on a chain of unspent outputs. */
  readonly spends?: readonly string[];
}

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

/** An account that takes part in a payment, and its signing key. */
interface PayingAccount {
  readonly address: string;
  readonly key: KeyRef;
}

/** A transfer of coins or tokens between accounts. */
export interface PaymentRequest {
  readonly from: PayingAccount;
  readonly to: string;
  /** Whole coins or tokens as a decimal text, e.g. `0.5`. */
  readonly amount: string;
  /** Pays fee and rent instead of `from`; it must sign too. */
  readonly feePayer?: PayingAccount;
  /** Address of the token; when absent, coins are sent. */
  readonly contractAddress?: string;
  /** Decimals of the token; they must match the network's value. */
  readonly digits?: number;
  /** Text that goes along. */
  readonly memo?: string;
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
  /** Transaction type if it is not legacy: EIP-2930 or EIP-1559. */
  readonly type?: '0x1' | '0x2';
  readonly maxFeePerGas?: bigint;
  readonly maxPriorityFeePerGas?: bigint;
  readonly accessList?: readonly AccessListEntry[];
  /** Symbol (`CUSD`) or contract address of the token that pays the fee, on a chain that has such tokens. */
  readonly feeCurrency?: string;
}

/** One address that a transaction declares in advance, with its storage keys: 0x and 64 hexadecimal digits each (EIP-2930). */
interface AccessListEntry {
  readonly address: string;
  readonly storageKeys: readonly string[];
}

/** Builds transactions for the gateway. `kind` is the interface of the chain's nodes. */
export type Builder = EvmBuilder | BitcoindBuilder | SolanaBuilder;

interface EvmBuilder {
  readonly kind: 'evm';
  /** Chain ids of each network (EIP-155), the active one first. */
  readonly chainIds: Readonly<Record<Network, readonly bigint[]>>;
  /** Serialized unsigned form of a request to the gateway. */
  transfer(request: EvmTransfer, network: Network): string;
}

interface BitcoindBuilder {
  readonly kind: 'bitcoind';
  /**
   * Chooses outputs, fee and change for a transfer from the gateway.
   * @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID (also: not enough coins), FEE_INVALID, STATE_CONFLICT (an output that
   *   another pending transaction spends), NETWORK_MISMATCH, NODE_*
   */
  spend(request: SpendRequest, context: BuildContext): Promise<BuiltTransaction>;
}

interface SolanaBuilder {
  readonly kind: 'solana';
  /** Builds a payment from the gateway. @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, NETWORK_MISMATCH, NODE_* */
  pay(request: PaymentRequest, context: BuildContext): Promise<BuiltTransaction>;
}
