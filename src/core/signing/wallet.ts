import { type ChainId, defaultTenant, type Network, type SignatureId, type TenantId } from '../ids.js';
import type { SigningKey } from './signing-key.js';

/** `hd`: many keys below one mnemonic. `key`: exactly one private key. `remote`: exactly one key, which a token or key service holds. */
export type WalletKind = 'hd' | 'key' | 'remote';

/** A wallet with a secret of its own. */
export type SecretKind = Exclude<WalletKind, 'remote'>;

/** Record format of wallets whose key is elsewhere, and of no others. */
export const REMOTE_FORMAT = 4;

/**
 * The kind as rows and backups have it: a program that does not know `remote` finds a record of a newer format there, and says so,
 * and not a damaged one.
 */
export function writtenKind(kind: WalletKind): SecretKind {
  return kind === 'remote' ? 'key' : kind;
}

/** The kind that a row or backup means; undefined if it is none. */
export function readKind(kind: unknown, format: number): WalletKind | undefined {
  if (kind === 'key' && format === REMOTE_FORMAT) return 'remote';
  return kind === 'hd' || kind === 'key' ? kind : undefined;
}

/** Whether a wallet signs (docs/control.md). `compromised`: only what a permit with `sweep` covers. `destroyed`: its secret is gone. */
export const walletStates = ['active', 'suspended', 'deactivated', 'compromised', 'destroyed'] as const;
export type WalletState = (typeof walletStates)[number];

/** What is decided about a wallet, beside what it is. It is sealed with the record, so that the front cannot change it. */
export interface WalletControl {
  /** Distinct, in the order of their characters. */
  readonly tags: readonly string[];
  readonly owner?: string;
  readonly state: WalletState;
  /** When it got this state, in milliseconds since 1970. */
  readonly since: number;
  /** Why it got this state. */
  readonly reason?: string;
  /** Names of the persons who signed for this state, if there was a constitution. */
  readonly by?: readonly string[];
  /** From when on the wallet may be destroyed, if that was decided. */
  readonly destroyFrom?: number;
  /** Nothing is signed with it without a proof of its owner. */
  readonly requireUserToken?: true;
  /** Tells several wallets of one owner, chain and network apart; there is one for each slot. */
  readonly slot?: string;
  /** Grows with every change: 0 if nothing was ever said. */
  readonly revision: number;
}

/** A wallet's public half. It never contains the secret half, which is sealed. */
export interface Wallet {
  readonly signatureId: SignatureId;
  readonly chain: ChainId;
  readonly network: Network;
  readonly kind: WalletKind;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Absent: the default tenant (`tenantOf`). */
  readonly tenant?: TenantId;
  readonly label?: string;
  /** Name of the derivation if it is not the chain's default (`hd`). */
  readonly derivation?: string;
  /** Extended public key of the parent node (`hd`, chains with BIP-32 public derivation). */
  readonly xpub?: string;
  /** The one address (`key`), or that of index 0 (`hd` chains without an xpub). */
  readonly address?: string;
  /** The front's copy. Absent: nothing was ever said about the wallet. */
  readonly control?: WalletControl;
}

/** A wallet as it is stored: plain columns, and the public and the secret half sealed separately (docs/wallet-store.md). */
export interface SealedWallet {
  readonly signatureId: SignatureId;
  readonly chain: ChainId;
  readonly network: Network;
  readonly kind: WalletKind;
  readonly createdAt: number;
  readonly format: number;
  /** Record format 3; records of the formats before are of the default tenant. */
  readonly tenant?: TenantId;
  readonly publicBox: Uint8Array;
  /** Empty if the wallet was destroyed. */
  readonly secretBox: Uint8Array;
  /** `WalletControl`, sealed under a key that the front does not have (since record format 2). */
  readonly controlBox?: Uint8Array;
  /** What it is found by. Absent: it was written before there was such a thing. */
  readonly lookup?: WalletLookup;
}

/** Blind indexes of a wallet: digests under a key of the store, 32 bytes each (docs/wallet-store.md). Nobody else learns from them. */
export interface WalletLookup {
  /** Of the one address, or that of index 0. */
  readonly address: Uint8Array;
  readonly owner?: Uint8Array;
  readonly label?: Uint8Array;
  /** Unique in the store. */
  readonly slot?: Uint8Array;
}

/** Whose wallet it is. */
export function tenantOf({ tenant = defaultTenant }: Pick<SealedWallet, 'tenant'>): TenantId {
  return tenant;
}

/** Which key of which wallet: `index` names the child of an `hd` wallet and is absent for a `key` wallet. */
export interface KeyRef {
  readonly signatureId: SignatureId;
  readonly index?: number;
}

/** An opened secret half. Exists only while the vault lends it; the bytes are wiped afterwards. */
export type OpenSecret =
  | {
      readonly kind: 'hd';
      /** The mnemonic's UTF-8 bytes. */
      readonly mnemonic: Uint8Array;
      /** Parent node of all indexes, in the form of the chain's `HdScheme`. */
      readonly node: Uint8Array;
    }
  | { readonly kind: 'key'; readonly privateKey: Uint8Array }
  /** No secret, but what nobody may exchange: where the key is (UTF-8), and its public key in the chain's form. */
  | { readonly kind: 'remote'; readonly uri: Uint8Array; readonly publicKey: Uint8Array };

/** A key that the vault lends for a piece of work; afterwards it signs no more. */
export interface LentKey extends SigningKey {
  readonly address: string;
}
