import type { ChainId, Network, SignatureId } from './ids.js';
import type { Secret } from './secret.js';
import type { KeyRef, LentKey, SealedWallet, Wallet } from './wallet.js';

/** A new wallet with its sealed record; nothing is stored yet. */
export interface MadeWallet {
  readonly wallet: Wallet;
  readonly sealed: SealedWallet;
}

export type ImportSecret =
  | { readonly kind: 'mnemonic'; readonly mnemonic: Secret }
  | { readonly kind: 'privateKey'; readonly privateKey: Secret };

export interface ImportRequest {
  readonly signatureId?: SignatureId;
  readonly chain: ChainId;
  readonly network: Network;
  readonly secret: ImportSecret;
  /** Stated public facts; the secret must give exactly these. */
  readonly xpub?: string;
  readonly address?: string;
  readonly label?: string;
}

/** What `export` prints of one wallet, in the peer's shape. */
export interface ExportedWallet {
  readonly mnemonic?: string;
  readonly privateKey?: string;
  readonly xpub?: string;
  readonly address?: string;
  readonly chain: string;
  readonly testnet: boolean;
}

/** Reads public halves. Needs no secret key material, so the front may hold it while it serves. */
export interface PublicVault {
  /** @throws CustosError RECORD_DAMAGED */
  wallet(sealed: SealedWallet): Wallet;
  /** Address of the key that `ref` names. @throws CustosError INDEX_MISSING, INDEX_UNEXPECTED, RECORD_DAMAGED */
  address(sealed: SealedWallet, ref: KeyRef): string;
}

/** Opens secret halves. Lives in the signer process, or in a one-shot command. */
export interface Vault extends PublicVault {
  create(chain: ChainId, network: Network, options: { kind: 'hd' | 'key'; label?: string }): Promise<MadeWallet>;
  import(request: ImportRequest): Promise<MadeWallet>;
  /** Lends keys to `work` and wipes them afterwards. @throws CustosError RECORD_DAMAGED, INDEX_MISSING, INDEX_UNEXPECTED */
  use<T>(sealed: readonly SealedWallet[], refs: readonly KeyRef[], work: (keys: readonly LentKey[]) => T): T;
  /** True when both records hold the same secret (constant time). */
  sameSecret(one: SealedWallet, other: SealedWallet): boolean;
  export(sealed: SealedWallet): ExportedWallet;
  /** The private key that `ref` names, in the chain's text form. */
  exportPrivateKey(sealed: SealedWallet, ref: KeyRef): string;
  wipe(): void;
}
