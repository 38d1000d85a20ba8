import { createHmac } from 'node:crypto';
import { isPrivateKey } from './secp256k1.js';

/**
 * The nonce that RFC 6979 derives for a signature over secp256k1 with SHA-256.
 * @param hash - 32 bytes   @param extra - additional data (3.6), which keeps the nonces of two algorithms apart
 * @returns 32 bytes; the caller wipes them.
 */
export function deterministicNonce(privateKey: Uint8Array, hash: Uint8Array, extra = new Uint8Array(0)): Uint8Array {
  const seed = Uint8Array.from([...privateKey, ...hash, ...extra]);
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
