import type { SignerFacts } from '../chain/codec.js';
import type { ChainId, Network, SignatureId } from '../ids.js';
import type { Secret } from '../secret.js';
import type { KeyRef, LentKey, SealedWallet, Wallet, WalletKind } from './wallet.js';

/** A new wallet with its sealed record; nothing is stored yet. */
export interface MadeWallet {
  readonly wallet: Wallet;
  readonly sealed: SealedWallet;
}

export type ImportSecret =
  /** `privateKey` states the key of index 0 besides; the mnemonic must give it. */
  | { readonly kind: 'mnemonic'; readonly mnemonic: Secret; readonly privateKey?: Secret }
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
  /** Name of the derivation of a mnemonic, where it is not the chain's default one. */
  readonly derivation?: string;
}

/** What `export` prints of one wallet, in the peer's shape. */
export interface ExportedWallet {
  readonly mnemonic?: string;
  readonly privateKey?: string;
  readonly secret?: string;
  readonly xpub?: string;
  readonly address?: string;
  readonly chain: string;
  readonly testnet: boolean;
  readonly derivation?: string;
  readonly label?: string;
}

export interface CreateWallet {
  readonly kind: WalletKind;
  readonly label?: string;
  readonly derivation?: string;
}

/** Reads public halves. Needs no secret key material, so the front may hold it while it serves. */
export interface PublicVault {
  /** @throws CustosError RECORD_DAMAGED */
  wallet(sealed: SealedWallet): Wallet;
  /**
   * What the public half alone tells of the key that `ref` names; undefined where only the secret derives it.
   * @throws CustosError INDEX_MISSING, INDEX_UNEXPECTED, RECORD_DAMAGED
   */
  facts(sealed: SealedWallet, ref: KeyRef): SignerFacts | undefined;
}

/** A key to be lent, with what `identify` told of it. */
export interface KnownKey {
  readonly sealed: SealedWallet;
  readonly ref: KeyRef;
  readonly facts: SignerFacts;
}

/** Opens secret halves. Lives in the signer process, or in a one-shot command. */
export interface Vault extends PublicVault {
  create(chain: ChainId, network: Network, options: CreateWallet): Promise<MadeWallet>;
  import(request: ImportRequest): Promise<MadeWallet>;
  /** Lends keys to `work` and wipes them afterwards. @throws CustosError RECORD_DAMAGED, INDEX_MISSING, INDEX_UNEXPECTED */
  use<T>(sealed: readonly SealedWallet[], refs: readonly KeyRef[], work: (keys: readonly LentKey[]) => T): T;
  /**
   * As `use`, for one signature: takes over what `identify` told, and computes a public key only where it is asked for. That
   * a private key belongs to its address is proved by the signature, which every chain verifies against the one or the other.
   */
  lend<T>(keys: readonly KnownKey[], work: (keys: readonly LentKey[]) => T): T;
  /** Address and public key of the key that `ref` names, from the secret where it must be. @throws as `use` */
  identify(sealed: SealedWallet, ref: KeyRef): SignerFacts;
  /** True when both records hold the same secret (constant time). */
  sameSecret(one: SealedWallet, other: SealedWallet): boolean;
  export(sealed: SealedWallet): ExportedWallet;
  /** The private key that `ref` names, in the chain's text form. */
  exportPrivateKey(sealed: SealedWallet, ref: KeyRef): string;
  wipe(): void;
}
