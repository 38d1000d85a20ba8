import type { Network } from '../ids.js';
import type { WalletKind } from '../signing/wallet.js';

/** Key derivation of a chain whose wallets are mnemonics. All byte results are fresh; the caller wipes the secret ones. */
export interface HdScheme {
  /** What `account` starts from: the 64-byte BIP-39 seed (the default), or the mnemonic's entropy (16 to 32 bytes). */
  readonly source?: 'seed' | 'entropy';
  /** Absolute path of the parent node; child `index` is the wallet's key number `index`. */
  path(network: Network): string;
  /**
   * @param source - seed or entropy, as `source` says
   * @returns `node` is secret and goes beside the sealed mnemonic; public are `xpub`, or the address of index 0 where no
   *   public derivation exists
   */
  account(source: Uint8Array, network: Network): { node: Uint8Array; xpub?: string; address?: string };
  /** @returns the private key in the chain's own byte form. */
  privateKey(node: Uint8Array, index: number): Uint8Array;
  /** Public key of a child from the public half alone; absent where only secrets derive (SLIP-10 ed25519). @throws CustosError XPUB_INVALID */
  publicKey?(xpub: string, index: number): Uint8Array;
  /** Address form of these wallets, where it is not the chain's own. */
  address?(publicKey: Uint8Array, network: Network): string;
}

export type Curve = 'secp256k1' | 'ed25519' | 'p256';

/** The keys of a chain: how they are made, written and read, and which addresses they have. Pure. */
export interface Keys {
  /** The curves that its keys may be of; new wallets have the first. */
  readonly curves: readonly [Curve, ...Curve[]];
  /** What a new wallet holds; `hd` unless said otherwise. */
  readonly newWallet?: WalletKind;
  /** Name of the field in which `export` prints a private key; `privateKey` unless said otherwise. */
  readonly secretField?: 'secret' | 'privateKey';
  /** A mnemonic stands for one address: exports also name the private key of index 0, as Tatum KMS does. */
  readonly singleAddress?: boolean;
  /** Derivation of mnemonic wallets, unless another one is named at creation or import. */
  readonly hd?: HdScheme;
  /** Further derivations by name (`--derivation NAME`), stored with the wallet. */
  readonly derivations?: Readonly<Record<string, HdScheme>>;
  /** @param publicKey - 33 bytes compressed (secp256k1) or 32 bytes (ed25519), unless the chain says otherwise */
  address(publicKey: Uint8Array, network: Network): string;
  /** @param privateKey - in the chain's own byte form, mostly 32 bytes. @throws CustosError PRIVATE_KEY_INVALID */
  publicKey(privateKey: Uint8Array): Uint8Array;
  /** A new private key from 32 random bytes, where it is not these bytes themselves. @throws CustosError PRIVATE_KEY_INVALID (unlucky bytes) */
  newPrivateKey?(random: Uint8Array): Uint8Array;
  encodePrivateKey(privateKey: Uint8Array, network: Network): string;
  /** @returns the chain's own byte form. @throws CustosError PRIVATE_KEY_INVALID (length, checksum, zero, at or above the curve order, foreign network) */
  decodePrivateKey(text: string, network: Network): Uint8Array;
  /**
   * Reads a mnemonic that is not one of BIP-39 but the whole private key (Algorand's 25 words).
   * @returns the private key, or undefined when the text is not of that kind
   */
  decodeMnemonic?(text: string): Uint8Array | undefined;
  /** The form in which this program shows the address. @throws CustosError ADDRESS_INVALID (also: wrong checksum) */
  normalizeAddress(text: string, network: Network): string;
  /**
   * True for an address from which nobody can send on what arrives there; the same rule names the hazard of a summary.
   * @param isCalled - data comes with the coins
   */
  isUnspendable?(address: string, isCalled: boolean): boolean;
}
