import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

/** Bytes that a sealed box is longer than what is in it: 12-byte nonce and 16-byte tag. */
export const SEAL_OVERHEAD = NONCE + TAG;

/**
 * Encrypts and authenticates (AES-256-GCM, NIST SP 800-38D) under a fresh random nonce.
 * @param key - 32 bytes   @param associated - bound to the box, not kept in it
 * @returns nonce (12) ‖ ciphertext (as long as `plaintext`) ‖ tag (16)
 */
export function seal(key: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Uint8Array {
  return sealWithNonce(key, randomBytes(NONCE), { plaintext, associated });
}

/** As `seal`, under a nonce of the caller's, who never uses it twice with the same key. */
export function sealWithNonce(
  key: Uint8Array,
  nonce: Uint8Array,
  { plaintext, associated }: { plaintext: Uint8Array; associated: Uint8Array },
): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG });
  cipher.setAAD(associated);
  const box = new Uint8Array(NONCE + plaintext.length + TAG);
  box.set(nonce, 0);
  box.set(cipher.update(plaintext), NONCE);
  cipher.final();
  box.set(cipher.getAuthTag(), NONCE + plaintext.length);
  return box;
}

/**
 * Opens what `seal` made.
 * @returns the plaintext, which the caller wipes, or undefined when key, box or associated data are not the ones of the sealing
 */
export function open(key: Uint8Array, box: Uint8Array, associated: Uint8Array): Uint8Array | undefined {
  if (box.length < SEAL_OVERHEAD) return undefined;
  // Without an explicit length Node would accept a tag of four bytes.
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(associated);
  decipher.setAuthTag(box.subarray(box.length - TAG));
  const plaintext = decipher.update(box.subarray(NONCE, box.length - TAG));
  try {
    decipher.final();
    // A plain view: `slice` of a Buffer would not copy.
    return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length);
  } catch {
    plaintext.fill(0);
    return undefined;
  }
}

/** HKDF-SHA256 (RFC 5869). @returns 32 bytes; the caller wipes them. */
export function deriveKey(secret: Uint8Array, salt: Uint8Array, info: Uint8Array): Uint8Array {
  // Extract, then one block of expand (RFC 5869): two HMACs cost half of what Node's own function does.
  const key = createHmac('sha256', salt).update(secret).digest();
  const block = createHmac('sha256', key).update(info).update(Uint8Array.of(1)).digest();
  key.fill(0);
  return new Uint8Array(block.buffer.slice(block.byteOffset, block.byteOffset + block.length));
}

/** Joins texts and bytes so that no two lists give the same bytes: each part behind its length (4 bytes, big-endian). */
export function joinUnambiguously(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const bytes = parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part));
  const joined = Buffer.alloc(bytes.reduce((sum, part) => sum + 4 + part.length, 0));
  let at = 0;
  for (const part of bytes) {
    at = joined.writeUInt32BE(part.length, at);
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
