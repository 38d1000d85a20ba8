import { createDecipheriv, createHash } from 'node:crypto';

/** What an old ciphertext decrypts to. It was never authenticated, so this may be the text, damaged text, or noise. */
export interface LegacyPlain {
  /** All whole blocks, without the padding if the padding is valid. The caller wipes them. */
  readonly bytes: Uint8Array;
  /** True when the length fits and the padding is valid (RFC 5652, 6.3). One wrong password in 256 also gives valid padding. */
  readonly padded: boolean;
}

/** First bytes of what OpenSSL, and crypto-js after it, encrypts with a passphrase. */
const MAGIC = 'Salted__';
const SALT_BYTES = 8;
/** Size of an AES block and of an MD5 digest, in bytes. */
export const BLOCK = 16;
const HEADER = MAGIC.length + SALT_BYTES;

/** True when these bytes begin as OpenSSL's passphrase encryption does: `Salted__` and an 8-byte salt. */
export function isLegacySealed(sealed: Uint8Array): boolean {
  return sealed.length >= HEADER && Buffer.from(sealed.subarray(0, MAGIC.length)).toString('latin1') === MAGIC;
}

/**
 * Decrypts what crypto-js's `AES.encrypt(text, passphrase)` wrote: AES-256-CBC, key and IV by OpenSSL's EVP_BytesToKey with MD5
 * and one round. For reading old files only: it does not stretch the password and does not authenticate.
 * @param sealed - `Salted__`, salt, ciphertext; an incomplete last block is ignored
 * @param password - UTF-8 bytes
 */
export function openLegacy(sealed: Uint8Array, password: Uint8Array): LegacyPlain {
  const salt = sealed.subarray(MAGIC.length, HEADER);
  const length = sealed.length - HEADER;
  const whole = sealed.subarray(HEADER, HEADER + length - (length % BLOCK));
  const material = bytesToKey(password, salt);
  const decipher = createDecipheriv('aes-256-cbc', material.subarray(0, 32), material.subarray(32));
  // The padding is checked below: if Node checked it, its error would also discard the blocks that can be read.
  decipher.setAutoPadding(false);
  const bytes = Buffer.concat([decipher.update(whole), decipher.final()]);
  material.fill(0);
  const padding = length % BLOCK === 0 ? paddingOf(bytes) : 0;
  return { bytes: bytes.subarray(0, bytes.length - padding), padded: padding > 0 };
}

/** EVP_BytesToKey of OpenSSL: each digest covers the previous one, the password and the salt. @returns 48 bytes: key and IV */
function bytesToKey(password: Uint8Array, salt: Uint8Array): Uint8Array {
  const material = new Uint8Array(3 * BLOCK);
  let digest: Uint8Array = new Uint8Array(0);
  for (let at = 0; at < material.length; at += BLOCK) {
    digest = createHash('md5').update(digest).update(password).update(salt).digest();
    material.set(digest, at);
  }
  return material;
}

/** Number of padding bytes, or 0 when the padding is invalid. */
function paddingOf(bytes: Uint8Array): number {
  const count = bytes.at(-1) ?? 0;
  const fits = count >= 1 && count <= BLOCK && bytes.subarray(-count).every((byte) => byte === count);
  return fits ? count : 0;
}
