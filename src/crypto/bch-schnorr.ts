import { CustosError } from '../core/errors.js';
import { sha256 } from './hash.js';
import { deterministicNonce } from './rfc6979.js';
import { basePoint, combinePoints, isPrivateKey, ORDER } from './secp256k1.js';

/** Prime of the field of secp256k1 (SEC 2). */
const PRIME = 2n ** 256n - 2n ** 32n - 977n;
/** Keeps these nonces apart from those of ECDSA signatures over the same hash. */
const ALGORITHM = new TextEncoder().encode('Schnorr+SHA256  ');

/**
 * Signs a hash as Bitcoin Cash does (2019-05-15 Schnorr specification), deterministically.
 * @param hash - 32 bytes   @param privateKey - 32 bytes   @param signer - 33 bytes, its public key   @returns 64 bytes: x of R, s
 * @throws CustosError PRIVATE_KEY_INVALID
 */
export function signBchSchnorr(hash: Uint8Array, privateKey: Uint8Array, signer: Uint8Array): Uint8Array {
  if (!isPrivateKey(privateKey)) throw new CustosError('PRIVATE_KEY_INVALID', 'not a private key of secp256k1');
  const nonce = deterministicNonce(privateKey, hash, ALGORITHM);
  const point = basePoint(nonce);
  if (point === undefined) throw new CustosError('INTERNAL', 'the nonce gives no point');
  const k = isSquare(numberOf(point.subarray(33))) ? numberOf(nonce) : ORDER - numberOf(nonce);
  nonce.fill(0);
  const x = point.slice(1, 33);
  const e = challenge(x, signer, hash);
  const s = bytesOf((k + e * numberOf(privateKey)) % ORDER);
  return Uint8Array.from([...x, ...s]);
}

/** Checks a signature of 64 bytes. Malformed input is `false`. */
export function verifyBchSchnorr(hash: Uint8Array, signature: Uint8Array, signer: Uint8Array): boolean {
  const [x, s] = [signature.subarray(0, 32), signature.subarray(32)];
  if (signature.length !== 64 || !isPrivateKey(s)) return false;
  const point = pointOf(s, signer, challenge(x, signer, hash));
  return point !== undefined && sameX(point, x) && isSquare(numberOf(point.subarray(33)));
}

/** s·G - e·P, which is R when the signature is valid. */
function pointOf(s: Uint8Array, signer: Uint8Array, e: bigint): Uint8Array | undefined {
  return e === 0n || !isPrivateKey(s) ? undefined : combinePoints(s, signer, bytesOf(ORDER - e));
}

function sameX(point: Uint8Array, x: Uint8Array): boolean {
  return numberOf(point.subarray(1, 33)) === numberOf(x);
}

function challenge(x: Uint8Array, signer: Uint8Array, hash: Uint8Array): bigint {
  return numberOf(sha256(Uint8Array.from([...x, ...signer, ...hash]))) % ORDER;
}

/** True when the Jacobi symbol is 1: for a prime this means that a square root exists. */
function isSquare(value: bigint): boolean {
  let [top, bottom] = [value % PRIME, PRIME];
  let sign = 1;
  while (top !== 0n) {
    const zeros = trailingZeros(top);
    const rest = Number(bottom & 7n);
    if (zeros > 0) top >>= BigInt(zeros);
    if ((zeros & 1) === 1 && (rest === 3 || rest === 5)) sign = -sign;
    if ((top & 1n) === 0n) continue;
    if ((rest & 3) === 3 && (top & 3n) === 3n) sign = -sign;
    [top, bottom] = [bottom % top, top];
  }
  return bottom === 1n && sign === 1;
}

function trailingZeros(value: bigint): number {
  const low = Number(BigInt.asUintN(31, value));
  return low === 0 ? 31 : 31 - Math.clz32(low & -low);
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
}

function bytesOf(value: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
}
