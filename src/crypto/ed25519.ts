import { createPrivateKey, createPublicKey, type KeyObject, sign as nodeSign, verify as nodeVerify } from 'node:crypto';
import { base64urlnopad, hex } from '@scure/base';
import { CustosError } from '../core/errors.js';

/**
 * Computes the public key of a seed (RFC 8032, 5.1.5).
 * @param seed - 32 bytes   @returns 32 bytes
 * @throws CustosError PRIVATE_KEY_INVALID: not 32 bytes
 */
export function publicKey(seed: Uint8Array): Uint8Array {
  checkLength(seed);
  importSeed ??= proved([fromRaw, fromAnyPoint, fromPkcs8]);
  return pointOf(importSeed(seed));
}

/**
 * Signs a message (Ed25519, RFC 8032; deterministic).
 * @param seed - 32 bytes   @param signer - 32 bytes, its public key, which some versions of Node need   @returns 64 bytes
 * @throws CustosError PRIVATE_KEY_INVALID; SIGNATURE_INVALID: this Node sees that the public key is of another seed
 */
export function sign(message: Uint8Array, seed: Uint8Array, signer: Uint8Array): Uint8Array {
  checkLength(seed);
  importPair ??= proved([fromRaw, fromPair, fromPkcs8]);
  return new Uint8Array(nodeSign(null, message, pairOf(seed, signer)));
}

/** Checks a signature of 64 bytes. Malformed input is `false`. */
export function verify(message: Uint8Array, signature: Uint8Array, signer: Uint8Array): boolean {
  try {
    return nodeVerify(null, message, publicKeyOf(signer), signature);
  } catch {
    return false;
  }
}

/** A way to import a private key into Node when its public key is known as well. */
type ImportPair = (seed: Uint8Array, point: Uint8Array) => KeyObject;
type ImportSeed = (seed: Uint8Array) => KeyObject;

/** The fastest ways that this Node supports, found at the first use. */
let importSeed: ImportSeed | undefined;
let importPair: ImportPair | undefined;

/** RFC 8032, 7.1, test 1. */
const known = {
  seed: hex.decode('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'),
  point: hex.decode('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'),
};

/** Finds the first way that works for a published key, because what Node accepts has changed within a release line. */
function proved<Way extends ImportPair>(ways: readonly Way[]): Way {
  const found = ways.find((way) => {
    try {
      return Buffer.compare(pointOf(way(known.seed, known.point)), known.point) === 0;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new CustosError('INTERNAL', 'this Node imports no private key of ed25519');
  return found;
}

function pairOf(seed: Uint8Array, signer: Uint8Array): KeyObject {
  try {
    return (importPair ?? fromPair)(seed, signer);
  } catch {
    // Node refuses a pair that does not belong together. Its error is not kept as the cause, because it was made next to a key.
    throw foreignSigner();
  }
}

/** Raw bytes: the fastest way, available from Node 24.22 and 26. */
function fromRaw(seed: Uint8Array): KeyObject {
  const input: object = { key: seed, format: 'raw-private', asymmetricKeyType: 'ed25519' };
  // The types come from Node 20, which does not know this form.
  return createPrivateKey(input as Parameters<typeof createPrivateKey>[0]);
}

function fromPair(seed: Uint8Array, point: Uint8Array): KeyObject {
  const key = { kty: 'OKP', crv: 'Ed25519', d: base64urlnopad.encode(seed), x: base64urlnopad.encode(point) };
  return createPrivateKey({ key, format: 'jwk' });
}

/** Node 20 computes the point from `d` and ignores `x`, ten times faster than with PKCS #8. Later versions compare both. */
function fromAnyPoint(seed: Uint8Array): KeyObject {
  return fromPair(seed, new Uint8Array(32));
}

/** DER of RFC 8410 up to the seed: works everywhere. */
const pkcs8Head = hex.decode('302e020100300506032b657004220420');

function fromPkcs8(seed: Uint8Array): KeyObject {
  const key = Buffer.alloc(pkcs8Head.length + seed.length);
  try {
    key.set(pkcs8Head);
    key.set(seed, pkcs8Head.length);
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  } finally {
    key.fill(0);
  }
}

function pointOf(key: KeyObject): Uint8Array {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return base64urlnopad.decode(x ?? '');
}

function publicKeyOf(point: Uint8Array): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: base64urlnopad.encode(point) }, format: 'jwk' });
}

function checkLength(seed: Uint8Array): void {
  if (seed.length !== 32) throw new CustosError('PRIVATE_KEY_INVALID', 'a seed of ed25519 has 32 bytes');
}

function foreignSigner(): CustosError {
  return new CustosError('SIGNATURE_INVALID', 'the signature does not belong to the public key of the signer');
}
