import type { Chain, ChainRegistry } from '../../core/chain/chain.js';
import type { NodeClient } from '../../core/chain/node.js';
import type { Wallet } from '../../core/signing/wallet.js';
import type { WalletsService } from '../../core/signing/wallets-service.js';
import type { ApiParts } from '../parts.js';
import type { Orphans } from './orphans.js';

/** What Ethereum's signers say and no other chain does. */
export interface EthereumWords {
  /** The addresses of wallets that have one by themselves: their only one, or that of index 0. */
  addresses(wallets: readonly Wallet[]): Promise<readonly string[]>;
  /** The public keys of the same: 0x and 128 hexadecimal digits. @throws CustosError NOT_OFFERED, SIGNER_* */
  publicKeys(wallets: readonly Wallet[]): Promise<readonly string[]>;
  /** @param publicKey - 128 hexadecimal digits, with or without 04 and 0x in front @returns undefined for anything else */
  addressOf(publicKey: string): string | undefined;
  /**
   * Keccak-256 of bytes that are signed although nobody knows what they are.
   * @param data - 0x and hexadecimal digits
   * @throws CustosError HAZARD_REFUSED: they are a transaction, or the frame of EIP-712
   */
  blindHash(data: string): string;
  /** A signed transaction as nodes show it. @param raw - 0x and hexadecimal digits */
  signedJson(raw: string): Readonly<Record<string, unknown>>;
}

/** What the methods work with. */
export interface RpcParts
  extends Pick<
    ApiParts,
    'network' | 'clock' | 'log' | 'journal' | 'changes' | 'closing' | 'transactions' | 'signatures' | 'users'
  > {
  readonly chains: ChainRegistry;
  /** The chain of `/` and of the socket; absent: they are not served. */
  readonly chain?: Chain;
  readonly wallets: Pick<WalletsService, 'list' | 'some' | 'findKey'>;
  readonly words: EthereumWords;
  readonly orphans: Orphans;
  node(chain: Chain): Pick<NodeClient, 'rpc'>;
  /** Counts that somebody asked for a key that is not here. */
  missing(): void;
}

/** What a server is opened with. */
export type GivenRpcParts = Omit<RpcParts, 'closing'>;
