import type { Network } from '../../ids.js';

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

/** Builds transactions of a chain with contracts of the Ethereum family. */
export interface EvmBuilder {
  readonly kind: 'evm';
  /** Chain ids of each network (EIP-155), the active one first. */
  readonly chainIds: Readonly<Record<Network, readonly bigint[]>>;
  /** Serialized unsigned form of a request to the gateway. */
  transfer(request: EvmTransfer, network: Network): string;
  /** Addresses of the custody wallets that a factory makes for an owner, as the chain shows them, in the order of the indexes. */
  walletAddresses(place: WalletPlace, indexes: readonly bigint[]): string[];
}

/** Where custody wallets come from, and whose they are: addresses as the chain shows them. */
interface WalletPlace {
  readonly factory: string;
  readonly owner: string;
}
