import { createHmac } from 'node:crypto';
import { CustosError } from '../core/errors.js';
import { HARDENED, parsePath } from './hd-key.js';

/**
 * Derives the node at the end of a path over ed25519 (SLIP-10).
 * @param seed - 64 bytes (BIP-39)   @param path - absolute, all steps hardened, e.g. m/44'/501'/0'
 * @returns 64 bytes: seed of the key ‖ chain code; the caller wipes them.
 * @throws CustosError PATH_INVALID: a step is not hardened
 */
export function deriveEd25519Node(seed: Uint8Array, path: string): Uint8Array {
  let node = hmac(new TextEncoder().encode('ed25519 seed'), seed);
  for (const step of parsePath(path)) {
    const parent = node;
    node = hardenedChild(parent, step);
    parent.fill(0);
  }
  return node;
}

/** The hardened child `index'` of a node. @param index - 0 to 2^31-1, without the mark   @returns 64 bytes; the caller wipes them. */
export function ed25519Child(node: Uint8Array, index: number): Uint8Array {
  return hardenedChild(node, index + HARDENED);
}

function hardenedChild(node: Uint8Array, step: number): Uint8Array {
  if (!Number.isInteger(step) || step < HARDENED || step > 0xffffffff) {
    throw new CustosError('PATH_INVALID', 'ed25519 has only hardened children');
  }
  const data = new Uint8Array(37);
  data.set(node.subarray(0, 32), 1);
  new DataView(data.buffer).setUint32(33, step);
  const child = hmac(node.subarray(32), data);
  data.fill(0);
  return child;
}

function hmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  const digest = createHmac('sha512', key).update(data).digest();
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length);
}
