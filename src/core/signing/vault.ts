import type { SignerFacts } from '../chain/codec.js';
import type { ChainId, Network, SignatureId, TenantId } from '../ids.js';
import type { Secret } from '../secret.js';
import type { HeldKey } from './key-holder.js';
import type { BlindIndex, LookupSeal } from './lookup.js';
import type { KeyRef, LentKey, SealedWallet, SecretKind, Wallet, WalletControl, WalletState } from './wallet.js';

/** A new wallet with its sealed record, not stored yet. */
export interface MadeWallet {
  readonly wallet: Wallet;
  readonly sealed: SealedWallet;
}

/** What a new wallet is given. Without any of it, the record has format 1. */
export interface WalletMarks {
  readonly tenant?: TenantId;
  readonly slot?: string;
  readonly requireUserToken?: boolean;
  readonly tags?: readonly string[];
  readonly owner?: string;
  /** By default `active`. */
  readonly state?: Exclude<WalletState, 'destroyed'>;
  /** Why it has that state. */
  readonly reason?: string;
}

export type ImportSecret =
  /** `privateKey` also states the key of index 0; the mnemonic must give the same key. */
  | { readonly kind: 'mnemonic'; readonly mnemonic: Secret; readonly privateKey?: Secret }
  | { readonly kind: 'privateKey'; readonly privateKey: Secret };

export interface ImportRequest extends WalletMarks {
  readonly signatureId?: SignatureId;
  readonly chain: ChainId;
  readonly network: Network;
  readonly secret: ImportSecret;
  /** Stated public facts; the secret must give exactly the same. */
  readonly xpub?: string;
  readonly address?: string;
  readonly label?: string;
  /** Name of a mnemonic's derivation if it is not the chain's default. */
  readonly derivation?: string;
}

/** An import of words that are not a BIP-39 mnemonic, exactly as they are written (NFKD apart). */
export interface WordsRequest extends Omit<ImportRequest, 'secret'> {
  readonly words: Secret;
}

/** A wallet whose key a token or key service holds. */
export interface AttachRequest extends WalletMarks {
  readonly signatureId?: SignatureId;
  readonly chain: ChainId;
  readonly network: Network;
  /** Address of the key (`parseKeyUri`). */
  readonly uri: string;
  readonly held: HeldKey;
  readonly label?: string;
  /** Stated address; the key must give exactly the same. */
  readonly address?: string;
}

/** What `export` prints for one wallet, in the form of Tatum KMS. */
export interface ExportedWallet {
  /** Address of the key, if it is outside: then there is no secret here. */
  readonly key?: string;
  readonly mnemonic?: string;
  readonly privateKey?: string;
  readonly secret?: string;
  readonly xpub?: string;
  readonly address?: string;
  readonly chain: string;
  readonly testnet: boolean;
  readonly derivation?: string;
  readonly label?: string;
  readonly tenant?: TenantId;
  readonly slot?: string;
  readonly requireUserToken?: true;
  readonly tags?: readonly string[];
  readonly owner?: string;
  /** Absent: active. */
  readonly state?: WalletState;
  readonly reason?: string;
}

export interface CreateWallet extends WalletMarks {
  readonly kind: SecretKind;
  readonly label?: string;
  readonly derivation?: string;
}

/** Reads public halves. It needs no secret key material, so the front may keep it while it serves. */
export interface PublicVault {
  /** @throws CustosError RECORD_DAMAGED */
  wallet(sealed: SealedWallet): Wallet;
  /**
   * What the public half alone says about the key that `ref` names; undefined if only the secret can derive the key.
   * @throws CustosError INDEX_MISSING, INDEX_UNEXPECTED, RECORD_DAMAGED
   */
  facts(sealed: SealedWallet, ref: KeyRef): SignerFacts | undefined;
  /** Computes blind indexes. */
  readonly index: BlindIndex;
  /** Seals what is beside wallets. */
  readonly beside: LookupSeal;
}

/** What is done with lent keys: a key that is used after it has ended signs nothing (KEY_WIPED). */
export type LentWork<T> = (keys: readonly LentKey[]) => T | Promise<T>;

/** A key to lend, with the result of `identify`. */
export interface KnownKey {
  readonly sealed: SealedWallet;
  readonly ref: KeyRef;
  readonly facts: SignerFacts;
}

/** Opens secret halves. Lives in the signer process, or in a one-shot command. */
export interface Vault extends PublicVault {
  create(chain: ChainId, network: Network, options: CreateWallet): Promise<MadeWallet>;
  import(request: ImportRequest): Promise<MadeWallet>;
  /** @throws CustosError ADDRESS_MISMATCH, ADDRESS_INVALID, KEY_UNSUITABLE: not a key that signs for this chain */
  attach(request: AttachRequest): MadeWallet;
  /** Where the key of a wallet of kind `remote` is; undefined for others. @throws CustosError RECORD_DAMAGED */
  keyUri(sealed: SealedWallet): string | undefined;
  /**
   * As `import`, for the words of a program that stretches whatever it is given, letter for letter: their addresses are in use.
   * @throws CustosError ADDRESS_MISMATCH, ADDRESS_INVALID, MNEMONIC_INVALID (the chain derives from what the words spell)
   */
  importWords(request: WordsRequest): Promise<MadeWallet>;
  /**
   * Lends keys to `work` and wipes them when it has ended, however it ends. Each stored secret must give the address that its
   * wallet shows.
   * @throws CustosError RECORD_DAMAGED, INDEX_MISSING, INDEX_UNEXPECTED, WALLET_UNKNOWN
   */
  use<T>(sealed: readonly SealedWallet[], refs: readonly KeyRef[], work: LentWork<T>): Promise<T>;
  /**
   * Like `use`, for one signature: takes the result of `identify`, and computes a public key only when it is needed. Every chain
   * verifies the signature against the public key or address, which proves that the private key belongs to it.
   */
  lend<T>(keys: readonly KnownKey[], work: LentWork<T>): Promise<T>;
  /** Address and public key of the key that `ref` names, derived from the secret if necessary. @throws as `use` */
  identify(sealed: SealedWallet, ref: KeyRef): SignerFacts;
  /** The same with the public key, even if the secret must be opened for it. */
  identifyKey(sealed: SealedWallet, ref: KeyRef): SignerFacts;
  /**
   * Tags, owner and state as only the holder of the root key can have set them. The copy for the front has to say the same.
   * @throws CustosError RECORD_DAMAGED
   */
  control(sealed: SealedWallet): WalletControl;
  /**
   * The record with other tags, owner or state, for whoever has the password. Its revision is one higher. Without a secret if the
   * state is `destroyed`.
   * @throws CustosError RECORD_DAMAGED, WALLET_DESTROYED
   */
  withControl(sealed: SealedWallet, control: Omit<WalletControl, 'revision'>): SealedWallet;
  /** True when both records hold the same secret (constant time). */
  sameSecret(one: SealedWallet, other: SealedWallet): boolean;
  export(sealed: SealedWallet): ExportedWallet;
  /** The private key that `ref` names, in the chain's text form. */
  exportPrivateKey(sealed: SealedWallet, ref: KeyRef): string;
  wipe(): void;
}
