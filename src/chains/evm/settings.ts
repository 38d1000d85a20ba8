import type { EvmTransfer } from '../../core/chain/builders/evm.js';
import type { TatumFacts } from '../../core/chain/tatum.js';
import type { Network } from '../../core/ids.js';
import type { AddressStyle } from '../shared/keccak-address.js';
import { type CompletionRules, plainCompletion } from './complete.js';
import { type EvmFormat, ethereumFormat, type TransactionShape } from './format.js';
import type { GasRules } from './gas.js';
import type { RpcPrefix } from './rpc.js';

/** What sets one EVM chain apart from the others. */
export interface EvmChainDefinition {
  /** Ticker by which the cloud names the chain. */
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  /** Symbol of the coin that pays fees. */
  readonly coin: string;
  /** Coin type of the mainnet path (SLIP-44); the testnet path always has 1. */
  readonly coinType: number;
  /** The most that a fee may be unless the operator says otherwise, in whole coins. */
  readonly feeCeiling: string;
  /** Chain ids (EIP-155) that belong to each network, the living one first. */
  readonly chainIds: Readonly<Record<Network, readonly bigint[]>>;
  readonly addressStyle?: AddressStyle;
  readonly completion?: Partial<CompletionRules>;
  /** False if only the node checks that the gas limit covers the intrinsic gas. */
  readonly checksGas?: boolean;
  /** Ethereum's later gas rules that the chain has adopted; by default none, and the node decides. */
  readonly gasRules?: GasRules;
  /** Picks the form of a request. */
  readonly format?: (shape: TransactionShape) => EvmFormat;
  /** Contracts of the tokens that can pay fees, by symbol. */
  readonly feeTokens?: Readonly<Record<Network, Readonly<Record<string, string>>>>;
  /** Contracts that move the coin itself as if it were a token. */
  readonly coinContracts?: Readonly<Record<Network, readonly string[]>>;
  /** The most that a fee in one of these tokens may be, in whole tokens. */
  readonly feeTokenCeiling?: string;
  /** Prefix of its nodes' methods; the default is `eth`. */
  readonly rpcPrefix?: RpcPrefix;
  /** Depth at which blocks count as settled if the node does not know final blocks; the default is 12. */
  readonly settledDepth?: bigint;
  /** A layer above Ethereum also takes a fee for data, and nothing in a transaction limits it. */
  readonly hasDataFee?: true;
  /** Members that replace those of the plain transfer; an undefined one is left out. */
  readonly transferForm?: (request: EvmTransfer, network: Network) => Record<string, unknown>;
  readonly tatum?: TatumFacts;
}

/** Decimals of every chain's coin, and of the tokens that pay fees. */
export const DECIMALS = 18;

/** A definition with everything filled in that it leaves out. */
export interface EvmSettings extends Omit<EvmChainDefinition, 'completion'> {
  readonly addressStyle: AddressStyle;
  readonly completion: CompletionRules;
  readonly checksGas: boolean;
  readonly gasRules: GasRules;
  readonly rpcPrefix: RpcPrefix;
  readonly format: (shape: TransactionShape) => EvmFormat;
}

export function settingsOf(definition: EvmChainDefinition): EvmSettings {
  return {
    addressStyle: {},
    checksGas: true,
    gasRules: {},
    rpcPrefix: 'eth',
    format: ethereumFormat,
    ...definition,
    completion: { ...plainCompletion, ...definition.completion },
  };
}
