import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLegacySealed, openLegacy } from '../../src/crypto/legacy-aes.js';
import { encryptOld } from '../support/old-kms.js';

const utf8 = (text: string) => new TextEncoder().encode(text);
const sealedBy = (text: string, password: string) => new Uint8Array(Buffer.from(encryptOld(text, password), 'base64'));
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

describe('the cipher of wallet.dat', () => {
  it('the cipher of wallet.dat decrypts what crypto-js encrypted, whatever the text and the passphrase', () => {
    const well = fc.string({ unit: 'grapheme', maxLength: 200 });
    fc.assert(
      fc.property(well, well, (text, password) => {
        const sealed = sealedBy(text, password);
        expect(isLegacySealed(sealed)).toBe(true);
        const { bytes, padded } = openLegacy(sealed, utf8(password));
        expect({ text: textOf(bytes), padded }).toEqual({ text, padded: true });
      }),
      { numRuns: 200 },
    );
  });

  it('the cipher of wallet.dat decrypts what OpenSSL encrypts with `enc -aes-256-cbc -md md5`', () => {
    const input = '{"a":"what OpenSSL says it is"}';
    const args = ['enc', '-aes-256-cbc', '-md', 'md5', '-salt', '-pass', 'pass:öld password'];
    const sealed = execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'ignore'] });
    expect(textOf(openLegacy(new Uint8Array(sealed), utf8('öld password')).bytes)).toBe(input);
  });

  it('the cipher of wallet.dat ignores an incomplete block and reports that the end is missing', () => {
    const sealed = sealedBy('x'.repeat(100), 'password');
    const { bytes, padded } = openLegacy(sealed.subarray(0, 16 + 40), utf8('password'));
    expect({ text: textOf(bytes), padded }).toEqual({ text: 'x'.repeat(32), padded: false });
  });

  it('the cipher of wallet.dat reports wrong padding and keeps the readable rest', () => {
    const sealed = sealedBy('x'.repeat(100), 'password');
    sealed[sealed.length - 17] = (sealed[sealed.length - 17] ?? 0) ^ 1;
    const { bytes, padded } = openLegacy(sealed, utf8('password'));
    expect(padded).toBe(false);
    expect(bytes).toHaveLength(112);
    expect(textOf(bytes.subarray(0, 80))).toBe('x'.repeat(80));
  });

  it('the cipher of wallet.dat recognizes other files by their first bytes', () => {
    for (const bytes of [new Uint8Array(0), utf8('Salted__'), utf8('salted__12345678'), utf8('SQLite format 3')]) {
      expect(isLegacySealed(bytes)).toBe(false);
    }
    expect(isLegacySealed(utf8('Salted__12345678'))).toBe(true);
  });
});
