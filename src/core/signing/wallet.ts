import type { ChainId, Network, SignatureId } from '../ids.js';
import type { SigningKey } from './signing-key.js';

/** `hd`: many keys below one mnemonic. `key`: exactly one private key. */
export type WalletKind = 'hd' | 'key';

/** A wallet's public half. It never contains the secret half, which is sealed. */
export interface Wallet {
  readonly signatureId: SignatureId;
  readonly chain: ChainId;
  readonly network: Network;
  readonly kind: WalletKind;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly label?: string;
  /** Name of the derivation if it is not the chain's default (`hd`). */
  readonly derivation?: string;
  /** Extended public key of the parent node (`hd`, chains with BIP-32 public derivation). */
  readonly xpub?: string;
  /** The one address (`key`), or that of index 0 (`hd` chains without an xpub). */
  readonly address?: string;
}

/** A wallet as it is stored: plain columns, and the public and the secret half sealed separately (docs/wallet-store.md). */
export interface SealedWallet {
  readonly signatureId: SignatureId;
  readonly chain: ChainId;
  readonly network: Network;
  readonly kind: WalletKind;
  readonly createdAt: number;
  readonly format: number;
  readonly publicBox: Uint8Array;
  readonly secretBox: Uint8Array;
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
  | { readonly kind: 'key'; readonly privateKey: Uint8Array };

/** A key that the vault lends for a piece of work; afterwards it signs no more. */
export interface LentKey extends SigningKey {
  readonly address: string;
}
