import type { Network } from '../ids.js';
import type { Curve, RawKey } from '../signing/signing-key.js';
import type { SecretKind } from '../signing/wallet.js';

/** Key derivation of a chain with mnemonic wallets. All byte results are new copies; the caller wipes the secret ones. */
export interface HdScheme {
  /** What `account` starts from: the 64-byte BIP-39 seed (the default), or the mnemonic's entropy (16 to 32 bytes). */
  readonly source?: 'seed' | 'entropy';
  /** Absolute path of the parent node; child `index` is the wallet's key number `index`. */
  path(network: Network): string;
  /**
   * @param source - seed or entropy, as `source` says
   * @returns `node`, which is secret and is sealed with the mnemonic, and the public part: `xpub`, or the address of index 0 if
   *   the chain has no public derivation
   */
  account(source: Uint8Array, network: Network): { node: Uint8Array; xpub?: string; address?: string };
  /** @returns the private key in the chain's own byte form. */
  privateKey(node: Uint8Array, index: number): Uint8Array;
  /** Public key of a child from the public half alone; absent if only secrets can derive keys (SLIP-10 ed25519). @throws CustosError XPUB_INVALID */
  publicKey?(xpub: string, index: number): Uint8Array;
  /** Address form of these wallets, if it is not the chain's default. */
  address?(publicKey: Uint8Array, network: Network): string;
}

/** The keys of a chain: how they are made, written and read, and which addresses they have. Pure. */
export interface Keys {
  /** The curves that its keys may use; new wallets use the first. */
  readonly curves: readonly [Curve, ...Curve[]];
  /** The kind of a new wallet; `hd` by default. */
  readonly newWallet?: SecretKind;
  /** Name of the field in which `export` prints a private key; `privateKey` by default. */
  readonly secretField?: 'secret' | 'privateKey';
  /** A mnemonic stands for one address: exports also name the private key of index 0, as Tatum KMS does. */
  readonly singleAddress?: boolean;
  /** Derivation of mnemonic wallets, unless creation or import names another one. */
  readonly hd?: HdScheme;
  /** Further derivations by name (`--derivation NAME`), stored with the wallet. */
  readonly derivations?: Readonly<Record<string, HdScheme>>;
  /** @param publicKey - 33 bytes compressed (secp256k1) or 32 bytes (ed25519), unless the chain says otherwise */
  address(publicKey: Uint8Array, network: Network): string;
  /** @param privateKey - in the chain's own byte form, mostly 32 bytes. @throws CustosError PRIVATE_KEY_INVALID */
  publicKey(privateKey: Uint8Array): Uint8Array;
  /**
   * Reads the chain's own byte form, if it is not simply a key of the first curve.
   * @returns new bytes that the caller wipes. @throws CustosError PRIVATE_KEY_INVALID
   */
  rawKey?(privateKey: Uint8Array): RawKey;
  /** A new private key from 32 random bytes, if it is not these bytes themselves. @throws CustosError PRIVATE_KEY_INVALID (unlucky bytes) */
  newPrivateKey?(random: Uint8Array): Uint8Array;
  /**
   * The public key of a key outside, in the chain's form, if it is not the curve's own one (33, 65 or 32 bytes).
   * @throws CustosError KEY_UNSUITABLE: no such key signs for the chain
   */
  outsideKey?(publicKey: Uint8Array, curve: Curve): Uint8Array;
  encodePrivateKey(privateKey: Uint8Array, network: Network): string;
  /** @returns the chain's own byte form. @throws CustosError PRIVATE_KEY_INVALID (length, checksum, zero, at or above the curve order, foreign network) */
  decodePrivateKey(text: string, network: Network): Uint8Array;
  /**
   * Reads a mnemonic that is not a BIP-39 one but encodes the whole private key (Algorand's 25 words).
   * @returns the private key, or undefined when the text is not of that kind
   */
  decodeMnemonic?(text: string): Uint8Array | undefined;
  /** The form in which this program shows the address. @throws CustosError ADDRESS_INVALID (also: wrong checksum) */
  normalizeAddress(text: string, network: Network): string;
  /**
   * The name of an account in effects, where it is not that of a key (Flow), or an address says more than the account (M… of
   * Stellar). @throws CustosError ADDRESS_INVALID, TRANSACTION_INVALID
   */
  accountOf?(text: string): string;
  /**
   * True for an address from which no key can spend; the same rule sets the hazard of a summary.
   * @param isCalled - the transaction sends data with the coins
   */
  isUnspendable?(address: string, isCalled: boolean): boolean;
}
