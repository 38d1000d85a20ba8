import { createDecipheriv, createHash } from 'node:crypto';

/** What a password makes of an old ciphertext. It was never authenticated, so it may be the text, damaged text, or noise. */
export interface LegacyPlain {
  /** All whole blocks, without the padding where that is as it should be. The caller wipes them. */
  readonly bytes: Uint8Array;
  /** True when the length fits and the padding is whole (RFC 5652, 6.3); one wrong password of 256 has that luck as well. */
  readonly padded: boolean;
}

/** First bytes of what OpenSSL, and crypto-js after it, encrypts with a passphrase. */
const MAGIC = 'Salted__';
const SALT_BYTES = 8;
/** Bytes of an AES block, and of an MD5 digest. */
export const BLOCK = 16;
const HEADER = MAGIC.length + SALT_BYTES;

/** True when these bytes begin as OpenSSL's passphrase encryption does: `Salted__` and an 8-byte salt. */
export function isLegacySealed(sealed: Uint8Array): boolean {
  return sealed.length >= HEADER && Buffer.from(sealed.subarray(0, MAGIC.length)).toString('latin1') === MAGIC;
}

/**
 * Decrypts what crypto-js's `AES.encrypt(text, passphrase)` wrote: AES-256-CBC, key and IV by OpenSSL's EVP_BytesToKey with MD5
 * and one round. For reading old files only: it stretches nothing and proves nothing.
 * @param sealed - `Salted__`, salt, ciphertext; a last block that is cut off is left out
 * @param password - UTF-8 bytes
 */
export function openLegacy(sealed: Uint8Array, password: Uint8Array): LegacyPlain {
  const salt = sealed.subarray(MAGIC.length, HEADER);
  const length = sealed.length - HEADER;
  const whole = sealed.subarray(HEADER, HEADER + length - (length % BLOCK));
  const material = bytesToKey(password, salt);
  const decipher = createDecipheriv('aes-256-cbc', material.subarray(0, 32), material.subarray(32));
  // The padding is looked at below: Node's own error would take the readable rest away with it.
  decipher.setAutoPadding(false);
  const bytes = Buffer.concat([decipher.update(whole), decipher.final()]);
  material.fill(0);
  const padding = length % BLOCK === 0 ? paddingOf(bytes) : 0;
  return { bytes: bytes.subarray(0, bytes.length - padding), padded: padding > 0 };
}

/** EVP_BytesToKey of OpenSSL: each digest over the one before, the password and the salt. @returns 48 bytes: key and IV */
function bytesToKey(password: Uint8Array, salt: Uint8Array): Uint8Array {
  const material = new Uint8Array(3 * BLOCK);
  let digest: Uint8Array = new Uint8Array(0);
  for (let at = 0; at < material.length; at += BLOCK) {
    digest = createHash('md5').update(digest).update(password).update(salt).digest();
    material.set(digest, at);
  }
  return material;
}

/** Number of padding bytes, 0 when they are not as they should be. */
function paddingOf(bytes: Uint8Array): number {
  const count = bytes.at(-1) ?? 0;
  const fits = count >= 1 && count <= BLOCK && bytes.subarray(-count).every((byte) => byte === count);
  return fits ? count : 0;
}
