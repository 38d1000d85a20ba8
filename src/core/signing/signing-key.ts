/**
 * How a key signs, named by the standard. What goes in is exactly what the algorithm takes: where that is a hash, the chain has
 * made it before, by its own rules. What comes out has no wrapping (no DER, no hash type).
 *
 * | scheme | in | out | standard |
 * |---|---|---|---|
 * | `ecdsa-secp256k1` | hash, 32 bytes | r ‖ s, 64 bytes, or 65 with the recovery id (0 to 3) behind; s of either half, which is lowered afterwards (BIP-62, EIP-2) | SEC 1, RFC 6979 |
 * | `ecdsa-secp256k1-any-s` | hash, 32 bytes | r ‖ s, 64 bytes, and s stays as it comes | SEC 1, RFC 6979 |
 * | `ecdsa-p256` | hash, 32 bytes | r ‖ s, 64 bytes, and s stays as it comes | FIPS 186-5, RFC 6979 |
 * | `schnorr-bch` | hash, 32 bytes | x of R ‖ s, 64 bytes | Bitcoin Cash Schnorr specification, 2019-05-15 |
 * | `bip340-taproot` | hash, 32 bytes | x of R ‖ s, 64 bytes, by the key with BIP-341's tweak of a key without scripts (BIP-86) | BIP-340, BIP-341 |
 * | `ed25519` | message of any length | R ‖ S, 64 bytes | RFC 8032 (Ed25519, no prehash) |
 * | `bip32-ed25519` | message of any length | R ‖ S, 64 bytes, by an extended key | RFC 8032 with the keys of BIP32-Ed25519 (CIP-1852) |
 */
export type Scheme =
  | 'ecdsa-secp256k1'
  | 'ecdsa-secp256k1-any-s'
  | 'ecdsa-p256'
  | 'schnorr-bch'
  | 'bip340-taproot'
  | 'ed25519'
  | 'bip32-ed25519';

export type Curve = 'secp256k1' | 'ed25519' | 'p256';

/** What the bytes of a private key are. A key of `bip32-ed25519` is not a seed, so it cannot sign as `ed25519` does. */
export type KeyKind = Curve | 'bip32-ed25519';

/** A private key as its algorithm takes it: a seed of ed25519, kL ‖ kR of BIP32-Ed25519 (64 bytes), otherwise a number of 32 bytes. */
export interface RawKey {
  readonly kind: KeyKind;
  readonly bytes: Uint8Array;
}

/**
 * A key that signs: private bytes that the vault lends, or a key in hardware or at a cloud service. Whoever asks checks the answer
 * (`chains/shared/signature.ts`), so a key needs no checks of its own, and may choose its nonces as it likes.
 */
export interface SigningKey {
  /**
   * In the chain's form: 33 bytes compressed (secp256k1), 65 bytes (P-256), or 32 bytes (ed25519), which the XRP Ledger writes
   * behind 0xed. A key may compute it when it is first asked for.
   */
  readonly publicKey: Uint8Array;
  /** The address that the key belongs to, where its holder vouches for it; otherwise it is made of the public key. */
  readonly address?: string;
  /** Whether it signs so, for chains that take one scheme as well as another. Absent: by every scheme of its curve. */
  offers?(scheme: Scheme): boolean;
  /**
   * Signs as `Scheme` says. Several calls may wait at the same time.
   * @throws CustosError KEY_WIPED: it was lent, and the time is over
   */
  sign(scheme: Scheme, bytes: Uint8Array): Promise<Uint8Array>;
}
