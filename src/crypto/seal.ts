import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { CustosError } from '../core/errors.js';

const NONCE = 12;
const TAG = 16;
const NONCES_A_DRAW = 256;
const FIRST_BLOCK = Uint8Array.of(1);

/** By how many bytes a sealed box is longer than its content: 12-byte nonce and 16-byte tag. */
const SEAL_OVERHEAD = NONCE + TAG;

/**
 * Encrypts and authenticates (AES-256-GCM, NIST SP 800-38D) under a fresh random nonce.
 * @param key - 32 bytes   @param associated - bound to the box but not stored in it
 * @returns nonce (12) ‖ ciphertext (as long as `plaintext`) ‖ tag (16)
 */
export function seal(key: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Uint8Array {
  return sealWithNonce(key, nextNonce(), { plaintext, associated });
}

/** Nonces are drawn in batches, because one draw costs more than its bytes. They are not secret. Each is used once. */
const nonces = { drawn: new Uint8Array(), used: 0 };

function nextNonce(): Uint8Array {
  if (nonces.used >= nonces.drawn.length) {
    nonces.drawn = randomBytes(NONCE * NONCES_A_DRAW);
    nonces.used = 0;
  }
  nonces.used += NONCE;
  return nonces.drawn.subarray(nonces.used - NONCE, nonces.used);
}

/** Like `seal`, with a nonce from the caller, who never uses it twice with the same key. */
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
 * @returns the plaintext, which the caller wipes, or undefined when the key, box or associated data differ from those it was sealed with
 */
export function open(key: Uint8Array, box: Uint8Array, associated: Uint8Array): Uint8Array | undefined {
  if (box.length < SEAL_OVERHEAD) return undefined;
  // Without an explicit length Node accepts a tag of four bytes.
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
  // Extract, then one block of expand (RFC 5869): two HMACs take half the time of Node's own function.
  const extracted = extractKey(secret, salt);
  const key = expandKey(extracted, info);
  extracted.fill(0);
  return key;
}

/** The first half of `deriveKey`, for callers that derive many keys from one secret. @returns 32 bytes, as secret as `secret` is */
export function extractKey(secret: Uint8Array, salt: Uint8Array): Uint8Array {
  return plainBytes(createHmac('sha256', salt).update(secret).digest());
}

/** The second half of `deriveKey` for one secret, again and again. Each key is 32 bytes, which the caller wipes. */
export interface Expander {
  expand(info: Uint8Array): Uint8Array;
  /** From then on `expand` throws KEY_WIPED. */
  wipe(): void;
}

/**
 * @param extracted - 32 bytes; not kept, but what is kept is as secret. HMAC begins with a block that only the secret decides, so both
 *   of its hashes are kept from behind that block: half of the work, and none of it outside of V8.
 */
export function expander(extracted: Uint8Array): Expander {
  const begun = hmac.create(sha256, extracted);
  const running = begun.clone();
  let isWiped = false;
  return {
    expand(info) {
      if (isWiped) throw new CustosError('KEY_WIPED', 'the keys of the vault are wiped');
      begun._cloneInto(running);
      const key = new Uint8Array(32);
      running.update(info).update(FIRST_BLOCK).digestInto(key);
      return key;
    },
    wipe() {
      isWiped = true;
      begun.destroy();
      running.destroy();
    },
  };
}

/** The second half of `deriveKey`. @returns 32 bytes; the caller wipes them. */
export function expandKey(extracted: Uint8Array, info: Uint8Array): Uint8Array {
  return plainBytes(createHmac('sha256', extracted).update(info).update(FIRST_BLOCK).digest());
}

/** Copies a digest, because Node may place it in a shared pool that is never wiped. */
function plainBytes(digest: Buffer): Uint8Array {
  const bytes = new Uint8Array(digest);
  digest.fill(0);
  return bytes;
}

/** Joins texts and bytes so that no two lists give the same bytes: the length (4 bytes, big-endian) precedes each part. */
export function joinUnambiguously(parts: readonly (string | Uint8Array)[]): Uint8Array {
  return plainlyJoined(parts) ?? joined(parts);
}

/** Short texts of ASCII, which nearly all are: they are written by one call. */
function plainlyJoined(parts: readonly (string | Uint8Array)[]): Uint8Array | undefined {
  let text = '';
  for (const part of parts) {
    if (typeof part !== 'string' || part.length > 0x7f) return undefined;
    text += `\0\0\0${String.fromCharCode(part.length)}${part}`;
  }
  if (!ascii.test(text)) return undefined;
  const bytes = Buffer.allocUnsafeSlow(text.length);
  bytes.write(text, 'latin1');
  return bytes;
}

const ascii = /^[\0-\x7f]*$/;

function joined(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const sizes = parts.map((part) => (typeof part === 'string' ? Buffer.byteLength(part) : part.length));
  // Not taken from Node's pool, because the result may hold a secret that is wiped later.
  const bytes = Buffer.alloc(sizes.reduce((sum, size) => sum + 4 + size, 0));
  let at = 0;
  for (const [place, part] of parts.entries()) {
    const size = sizes[place] ?? 0;
    at = bytes.writeUInt32BE(size, at);
    if (typeof part === 'string') bytes.write(part, at, size, 'utf8');
    else bytes.set(part, at);
    at += size;
  }
  return bytes;
}
