import { createHmac, pbkdf2Sync } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { CustosError } from '../core/errors.js';
import { sha512 } from './hash.js';
import { HARDENED, parsePath } from './hd-key.js';

/** Order of the base point (RFC 8032). */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const ROUNDS = 4096;

/**
 * The node at the end of a path below the Icarus master key (CIP-3: PBKDF2-HMAC-SHA512 over the entropy, no passphrase), by
 * the second version of BIP32-Ed25519.
 * @param entropy - 16 to 32 bytes (BIP-39)   @returns 96 bytes: kL ‖ kR ‖ chain code; the caller wipes them.
 * @throws CustosError PATH_INVALID
 */
export function deriveIcarusNode(entropy: Uint8Array, path: string): Uint8Array {
  let node = new Uint8Array(pbkdf2Sync('', entropy, ROUNDS, 96, 'sha512'));
  node[0] = (node[0] ?? 0) & 0xf8;
  node[31] = ((node[31] ?? 0) & 0x1f) | 0x40;
  for (const step of parsePath(path)) {
    const parent = node;
    node = childNode(parent, step);
    parent.fill(0);
  }
  return node;
}

/** One child of a node of 96 bytes, hardened from 2^31. @returns 96 bytes; the caller wipes them. */
export function childNode(node: Uint8Array, index: number): Uint8Array<ArrayBuffer> {
  const isHard = index >= HARDENED;
  const body = isHard ? node.subarray(0, 64) : publicKeyOf(node.subarray(0, 64));
  const chainCode = node.subarray(64);
  const z = hmac(chainCode, isHard ? 0 : 2, body, index);
  const left = numberOf(z.subarray(0, 28)) * 8n + numberOf(node.subarray(0, 32));
  const right = (numberOf(z.subarray(32)) + numberOf(node.subarray(32, 64))) % 2n ** 256n;
  z.fill(0);
  const code = hmac(chainCode, isHard ? 1 : 3, body, index).subarray(32);
  return Uint8Array.from([...bytesOf(left), ...bytesOf(right), ...code]);
}

/** One soft child of a public key and its chain code. @param parent - 64 bytes   @returns 32 bytes. @throws CustosError XPUB_INVALID */
export function childPublicKey(parent: Uint8Array, index: number): Uint8Array {
  if (index >= HARDENED) throw new CustosError('PATH_INVALID', 'a hardened child cannot be derived from an xpub');
  const point = parent.subarray(0, 32);
  const z = hmac(parent.subarray(32), 2, point, index);
  const factor = (numberOf(z.subarray(0, 28)) * 8n) % ORDER;
  try {
    return ed25519.Point.fromBytes(point).add(ed25519.Point.BASE.multiply(factor)).toBytes();
  } catch (error) {
    throw new CustosError('XPUB_INVALID', 'the extended key does not hold a point of ed25519', { cause: error });
  }
}

/** Public key of an extended private key. @param key - 64 bytes: kL ‖ kR   @returns 32 bytes */
export function publicKeyOf(key: Uint8Array): Uint8Array {
  const scalar = numberOf(key.subarray(0, 32)) % ORDER;
  if (key.length !== 64 || scalar === 0n)
    throw new CustosError('PRIVATE_KEY_INVALID', 'not an extended private key of ed25519');
  return ed25519.Point.BASE.multiply(scalar).toBytes();
}

/** Signs with an extended private key (RFC 8032 with kL as the scalar and kR as the prefix). @param signer - 32 bytes, its public key   @returns 64 bytes */
export function signExtended(message: Uint8Array, key: Uint8Array, signer: Uint8Array): Uint8Array {
  const scalar = numberOf(key.subarray(0, 32)) % ORDER;
  const nonce = numberOf(sha512(Uint8Array.from([...key.subarray(32, 64), ...message]))) % ORDER;
  const point = ed25519.Point.BASE.multiply(nonce).toBytes();
  const challenge = numberOf(sha512(Uint8Array.from([...point, ...signer, ...message]))) % ORDER;
  return Uint8Array.from([...point, ...bytesOf((nonce + challenge * scalar) % ORDER)]);
}

function hmac(key: Uint8Array, tag: number, body: Uint8Array, index: number): Uint8Array {
  const place = new Uint8Array(4);
  new DataView(place.buffer).setUint32(0, index, true);
  return new Uint8Array(createHmac('sha512', key).update(Uint8Array.of(tag)).update(body).update(place).digest());
}

/** Little-endian, like everything in this scheme. */
function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex') || '0'}`);
}

function bytesOf(value: bigint): Uint8Array {
  return new Uint8Array(Buffer.from((value % 2n ** 256n).toString(16).padStart(64, '0'), 'hex').reverse());
}
