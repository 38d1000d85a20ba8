import { createHmac } from 'node:crypto';
import { CustosError } from '../core/errors.js';
import { sha256 } from './hash.js';
import { basePoint, combinePoints, isPrivateKey, publicKey } from './secp256k1.js';

/** Order of the group, and prime of the field, of secp256k1 (SEC 2). */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const PRIME = 2n ** 256n - 2n ** 32n - 977n;
/** Keeps these nonces apart from those of ECDSA signatures over the same hash. */
const ALGORITHM = new TextEncoder().encode('Schnorr+SHA256  ');

/**
 * Signs a hash as Bitcoin Cash does (2019-05-15 Schnorr specification), deterministically, and checks the signature.
 * @param hash - 32 bytes   @param privateKey - 32 bytes   @param signer - 33 bytes   @returns 64 bytes: x of R, s
 * @throws CustosError PRIVATE_KEY_INVALID, SIGNATURE_INVALID
 */
export function signBchSchnorr(hash: Uint8Array, privateKey: Uint8Array, signer: Uint8Array): Uint8Array {
  if (!isPrivateKey(privateKey)) throw new CustosError('PRIVATE_KEY_INVALID', 'not a private key of secp256k1');
  const nonce = nonceOf(privateKey, hash);
  const point = basePoint(nonce);
  if (point === undefined) throw new CustosError('SIGNATURE_INVALID', 'the nonce gives no point');
  const k = isSquare(numberOf(point.subarray(33))) ? numberOf(nonce) : ORDER - numberOf(nonce);
  nonce.fill(0);
  const x = point.slice(1, 33);
  const e = challenge(x, publicKey(privateKey), hash);
  const s = bytesOf((k + e * numberOf(privateKey)) % ORDER);
  const signature = Uint8Array.from([...x, ...s]);
  if (!verifyBchSchnorr(hash, signature, signer)) {
    throw new CustosError('SIGNATURE_INVALID', 'the signature does not belong to the public key of the signer');
  }
  return signature;
}

/** Checks a signature of 64 bytes. Malformed input is `false`. */
export function verifyBchSchnorr(hash: Uint8Array, signature: Uint8Array, signer: Uint8Array): boolean {
  const [x, s] = [signature.subarray(0, 32), signature.subarray(32)];
  const e = challenge(x, signer, hash);
  if (signature.length !== 64 || e === 0n || !isPrivateKey(s)) return false;
  const point = combinePoints(s, signer, bytesOf(ORDER - e));
  return (
    point !== undefined && isSquare(numberOf(point.subarray(33))) && numberOf(point.subarray(1, 33)) === numberOf(x)
  );
}

function challenge(x: Uint8Array, signer: Uint8Array, hash: Uint8Array): bigint {
  return numberOf(sha256(Uint8Array.from([...x, ...signer, ...hash]))) % ORDER;
}

/** RFC 6979 with the name of the algorithm as additional data. */
function nonceOf(privateKey: Uint8Array, hash: Uint8Array): Uint8Array {
  const seed = Uint8Array.from([...privateKey, ...hash, ...ALGORITHM]);
  let key: Uint8Array = new Uint8Array(32);
  let value: Uint8Array = new Uint8Array(32).fill(1);
  for (const mark of [0, 1]) {
    key = hmac(key, value, Uint8Array.of(mark), seed);
    value = hmac(key, value);
  }
  seed.fill(0);
  for (;;) {
    value = hmac(key, value);
    if (isPrivateKey(value)) return value;
    key = hmac(key, value, Uint8Array.of(0));
    value = hmac(key, value);
  }
}

function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return new Uint8Array(mac.digest());
}

/** The Jacobi symbol is 1, which for a prime means that a square root exists. */
function isSquare(value: bigint): boolean {
  let [top, bottom] = [value % PRIME, PRIME];
  let sign = 1;
  while (top !== 0n) {
    while ((top & 1n) === 0n) {
      top >>= 1n;
      const rest = bottom & 7n;
      if (rest === 3n || rest === 5n) sign = -sign;
    }
    if ((top & 3n) === 3n && (bottom & 3n) === 3n) sign = -sign;
    [top, bottom] = [bottom % top, top];
  }
  return bottom === 1n && sign === 1;
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
}

function bytesOf(value: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
}
