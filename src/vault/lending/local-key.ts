import { CustosError } from '../../core/errors.js';
import type { KeyKind, RawKey, Scheme } from '../../core/signing/signing-key.js';
import type { LentKey } from '../../core/signing/wallet.js';
import { signBchSchnorr } from '../../crypto/bch-schnorr.js';
import { signExtended } from '../../crypto/bip32-ed25519.js';
import { sign as signEd25519 } from '../../crypto/ed25519.js';
import { signWithAnyS } from '../../crypto/high-s.js';
import { sign as signP256 } from '../../crypto/p256.js';
import { signHash } from '../../crypto/secp256k1.js';
import { signTaproot } from '../../crypto/taproot.js';

export interface LocalKeyParts {
  /** In the chain's own byte form; taken over, and wiped with the key. */
  readonly privateKey: Uint8Array;
  readonly address: string;
  /** Computed at its first use, because it costs as much as a signature. */
  publicKey(privateKey: Uint8Array): Uint8Array;
  /** What signs. Bytes other than `privateKey` itself are fresh and wiped after each signature. */
  rawKey(privateKey: Uint8Array): RawKey;
}

/** A private key in memory that signs, deterministically, until it is wiped. */
export class LocalKey implements LentKey {
  readonly address: string;
  readonly #parts: LocalKeyParts;
  #publicKey: Uint8Array | undefined;
  #isWiped = false;

  /** @param publicKey - where it is known */
  constructor(parts: LocalKeyParts, publicKey?: Uint8Array) {
    this.address = parts.address;
    this.#parts = parts;
    this.#publicKey = publicKey;
  }

  /** @throws CustosError KEY_WIPED, RECORD_DAMAGED: the private key is not that of the address */
  get publicKey(): Uint8Array {
    this.#publicKey ??= this.#parts.publicKey(this.#open());
    return this.#publicKey;
  }

  /** @throws CustosError KEY_WIPED, PRIVATE_KEY_INVALID (also: the scheme is of other keys) */
  async sign(scheme: Scheme, bytes: Uint8Array): Promise<Uint8Array> {
    const privateKey = this.#open();
    const { kind, bytes: secret } = this.#parts.rawKey(privateKey);
    try {
      const { kind: wanted, sign } = schemes[scheme];
      if (kind !== wanted) throw new CustosError('PRIVATE_KEY_INVALID', `a key of ${kind} does not sign ${scheme}`);
      return sign(bytes, secret, this);
    } finally {
      if (secret !== privateKey) secret.fill(0);
    }
  }

  wipe(): void {
    this.#isWiped = true;
    this.#parts.privateKey.fill(0);
  }

  #open(): Uint8Array {
    if (this.#isWiped) throw new CustosError('KEY_WIPED', 'the key was lent for work that has ended');
    return this.#parts.privateKey;
  }
}

interface LocalScheme {
  readonly kind: KeyKind;
  sign(bytes: Uint8Array, secret: Uint8Array, signer: { readonly publicKey: Uint8Array }): Uint8Array;
}

const schemes: Readonly<Record<Scheme, LocalScheme>> = {
  'ecdsa-secp256k1': {
    kind: 'secp256k1',
    sign(hash, secret) {
      const { signature, recoveryId } = signHash(hash, secret);
      const signed = new Uint8Array(65);
      signed.set(signature);
      signed[64] = recoveryId;
      return signed;
    },
  },
  'ecdsa-secp256k1-any-s': { kind: 'secp256k1', sign: signWithAnyS },
  'ecdsa-p256': { kind: 'p256', sign: signP256 },
  'schnorr-bch': {
    kind: 'secp256k1',
    sign: (hash, secret, { publicKey }) => signBchSchnorr(hash, secret, publicKey),
  },
  'bip340-taproot': {
    kind: 'secp256k1',
    sign: (hash, secret, { publicKey }) => signTaproot(hash, secret, publicKey),
  },
  ed25519: {
    kind: 'ed25519',
    // The XRP Ledger puts a marker byte before such public keys.
    sign: (message, secret, { publicKey }) => signEd25519(message, secret, publicKey.subarray(-32)),
  },
  'bip32-ed25519': {
    kind: 'bip32-ed25519',
    sign: (message, secret, { publicKey }) => signExtended(message, secret, publicKey),
  },
};
