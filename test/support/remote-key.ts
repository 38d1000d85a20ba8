import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import type { Chain } from '../../src/core/chain/chain.js';
import type { Scheme, SigningKey } from '../../src/core/signing/signing-key.js';
import { signBchSchnorr } from '../../src/crypto/bch-schnorr.js';
import { signExtended } from '../../src/crypto/bip32-ed25519.js';
import { sha256 } from '../../src/crypto/hash.js';

type Answer = (scheme: Scheme, bytes: Uint8Array) => unknown;

/** A key that is elsewhere, as a hardware module or a cloud service has it: a public key, and an answer after a while. */
export function remoteKey(publicKey: Uint8Array, answer: Answer): SigningKey {
  return {
    publicKey,
    async sign(scheme, bytes) {
      await new Promise((resolve) => setImmediate(resolve));
      return answer(scheme, bytes) as Uint8Array;
    },
  };
}

/** What signs in place of a key of this program: other libraries wherever there are any, s as it comes, no recovery id. */
export function answering({ keys }: Chain, privateKey: Uint8Array, publicKey: Uint8Array) {
  const { bytes: secret } = keys.rawKey?.(privateKey) ?? { bytes: privateKey };
  const anyS = { prehash: false, lowS: false } as const;
  const ways: Record<Scheme, (bytes: Uint8Array) => Uint8Array> = {
    'ecdsa-secp256k1': (hash) => secp256k1.sign(hash, secret, anyS),
    'ecdsa-secp256k1-any-s': (hash) => secp256k1.sign(hash, secret, anyS),
    'ecdsa-p256': (hash) => p256.sign(hash, secret, anyS),
    'schnorr-bch': (hash) => signBchSchnorr(hash, secret, publicKey),
    'bip340-taproot': (hash) => schnorr.sign(hash, tweaked(secret), new Uint8Array(32)),
    ed25519: (message) => ed25519.sign(message, secret),
    'bip32-ed25519': (message) => signExtended(message, secret, publicKey),
  };
  return (scheme: Scheme, bytes: Uint8Array): Uint8Array => ways[scheme](bytes);
}

/** BIP-341, key path without scripts. */
function tweaked(secret: Uint8Array): Uint8Array {
  const { Fn } = secp256k1.Point;
  const point = secp256k1.Point.BASE.multiply(Fn.fromBytes(secret));
  const tag = sha256(new TextEncoder().encode('TapTweak'));
  const tweak = Fn.fromBytes(sha256(Uint8Array.from([...tag, ...tag, ...point.toBytes(true).subarray(1)])));
  const even = point.toAffine().y % 2n === 0n ? Fn.fromBytes(secret) : Fn.neg(Fn.fromBytes(secret));
  return Fn.toBytes(Fn.add(even, tweak));
}
