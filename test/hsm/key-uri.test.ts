import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import { parseKeyUri } from '../../src/core/signing/key-uri.js';

const module = 'module-path=/usr/lib/softhsm/libsofthsm2.so';
const refused = (text: string): CustosError => {
  try {
    parseKeyUri(text);
  } catch (error) {
    if (error instanceof CustosError) return error;
    throw error;
  }
  throw new Error('it was read');
};

describe('the address of a key', () => {
  it('keeps each value whole, with the characters that RFC 7512 allows in it', () => {
    expect(parseKeyUri(`pkcs11:token=a=b%3b;object=x%20y=?${module}&pin-source=file:///run/pin=1`)).toEqual({
      ...{ service: 'pkcs11', module: '/usr/lib/softhsm/libsofthsm2.so' },
      ...{ token: 'a=b;', object: 'x y=', pinFile: '/run/pin=1' },
    });
    expect(parseKeyUri(`pkcs11:id=%00%ff;slot-id=7?${module}`)).toMatchObject({
      id: Uint8Array.of(0, 255),
      slotId: 7,
    });
  });

  it.each([
    ['a PIN', `pkcs11:object=a?${module}&pin-value=1234`],
    ['an attribute that has no effect', `pkcs11:object=a;library-version=3?${module}`],
    ['an attribute twice', `pkcs11:object=a;object=b?${module}`],
    ['an attribute without a value', `pkcs11:object?${module}`],
    ['an empty value', `pkcs11:object=?${module}`],
    ['half of an escape', `pkcs11:object=a%2?${module}`],
    ['a value that is not UTF-8', `pkcs11:object=%ff?${module}`],
    ['no key', `pkcs11:token=a?${module}`],
    ['no module', 'pkcs11:object=a'],
    ['a module that is looked for', 'pkcs11:object=a?module-path=libsofthsm2.so'],
    ['a slot that is no number', `pkcs11:object=a;slot-id=x?${module}`],
    ['a PIN file that is looked for', `pkcs11:object=a?${module}&pin-source=pin`],
    ['a program for the PIN', `pkcs11:object=a?${module}&pin-source=|/bin/pin`],
    ['a public key', `pkcs11:object=a;type=public?${module}`],
    ['two question marks', `pkcs11:object=a?${module}?x=y`],
    ['an alias', 'awskms:arn:aws:kms:eu-central-1:111122223333:alias/hot'],
    ['a key ring', 'gcpkms:projects/p/locations/l/keyRings/r'],
    ['a user in the URL', 'azurekms:https://me:secret@a.vault.azure.net/keys/k/0123456789abcdef0123456789abcdef'],
    ['plain HTTP', 'azurekms:http://a.vault.azure.net/keys/k/0123456789abcdef0123456789abcdef'],
    ['another scheme', 'vault:transit/keys/a'],
    ['a blank', `pkcs11:object=a b?${module}`],
  ])('is refused with %s', (_what, text) => {
    expect(refused(text)).toMatchObject({ code: 'KEY_URI_INVALID' });
  });

  it('is read or refused by its code, whatever it is, and a PIN in it is never repeated', () => {
    const part = fc.constantFrom(
      'object=a',
      'token=',
      'id=%00',
      'pin-value=',
      'type=private',
      'x',
      '=',
      '%',
      ';',
      '?',
      '&',
    );
    const texts = fc.array(fc.oneof(part, fc.constant(module), fc.string({ maxLength: 8 })), { maxLength: 12 });
    fc.assert(
      fc.property(texts, fc.constantFrom('pkcs11:', 'awskms:', 'gcpkms:', 'azurekms:', ''), (parts, scheme) => {
        try {
          parseKeyUri(`${scheme}${parts.join('')}pin-value=7351904862`);
        } catch (error) {
          expect(error).toMatchObject({ code: 'KEY_URI_INVALID' });
          expect((error as Error).message).not.toContain('7351904862');
        }
      }),
    );
  });
});
