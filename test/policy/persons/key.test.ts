import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { pointOf, readCoseKey } from '../../../src/crypto/webauthn/cose-key.js';
import { isSignedBy, parsePersonKey } from '../../../src/policy/persons/key.js';
import { classOfKey, passkeyOf, personKeyText, readKeyText } from '../../../src/policy/persons/key-text.js';
import { SoftPasskey, type Twist } from '../../support/authenticator.js';

const rpId = 'custos.example.com';
const lines = 'custos-approval/1\npending: 17\n';
const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url');

describe.each(['ES256', 'EdDSA'] as const)('a passkey of a person (%s)', (algorithm) => {
  const passkey = new SoftPasskey({ origin: `https://${rpId}`, algorithm });
  const key = passkeyOf(rpId, pointOf(readCoseKey(passkey.publicKey)));
  const asserted = (challenge = hashOf(lines), twist: Twist = {}) => {
    const { clientDataJSON, authenticatorData, signature } = passkey.get({ rpId, challenge }, twist).response;
    return `${clientDataJSON}.${authenticatorData}.${signature}`;
  };

  it('is read from its text, and is of the class presence', () => {
    expect(parsePersonKey(personKeyText(key))).toEqual(key);
    expect(classOfKey(personKeyText(key))).toBe('presence');
  });

  it('agrees to lines by their hash, at its site and below it', () => {
    expect(isSignedBy(key, lines, asserted())).toBe(true);
    expect(isSignedBy(key, lines, asserted(undefined, { origin: `https://ops.${rpId}` }))).toBe(true);
  });

  it.each<readonly [string, Twist]>([
    ['a page of another site', { origin: 'https://example.com' }],
    ['a page whose name only ends alike', { origin: `https://evil${rpId}` }],
    ['a page without TLS', { origin: `http://${rpId}` }],
    ['an authenticator that was asked for another site', { rpId: 'other.example.com' }],
    ['a user who was there and not verified', { flags: 0x01 }],
    ['a new credential', { clientData: { type: 'webauthn.create' } }],
    ['a page inside another page', { clientData: { crossOrigin: true } }],
    [
      'a changed signature',
      { signature: (made) => Buffer.concat([made.subarray(0, -1), Buffer.of(made.at(-1)! ^ 1)]) },
    ],
    ['bytes behind the authenticator data', { tail: Buffer.of(0) }],
  ])('does not agree by %s', (_what, twist) => {
    expect(isSignedBy(key, lines, asserted(undefined, twist))).toBe(false);
  });

  it('agrees to no other lines, and no other key agrees with it', () => {
    expect(isSignedBy(key, `${lines} `, asserted())).toBe(false);
    const other = passkeyOf(rpId, pointOf(readCoseKey(new SoftPasskey({ algorithm }).publicKey)));
    expect(isSignedBy(other, lines, asserted())).toBe(false);
  });

  it('takes any text for a signature without an error', () => {
    const [clientData = '', data = '', signature = ''] = asserted().split('.');
    const part = fc.oneof(fc.constantFrom(clientData, data, signature, ''), fc.string(), fc.base64String());
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        const text = parts.join('.');
        fc.pre(text !== `${clientData}.${data}.${signature}`);
        expect(isSignedBy(key, lines, text)).toBe(false);
      }),
    );
  });
});

test.each([
  ['a point beside the curve', `passkey:${rpId}:${Buffer.alloc(64, 1).toString('base64url')}`],
  ['a point of small order', `passkey:${rpId}:${Buffer.alloc(32).toString('base64url')}`],
])('%s has the form of a key, and is none', (_what, text) => {
  expect(readKeyText(text)).toBeDefined();
  expect(parsePersonKey(text)).toBeUndefined();
});

test.each([
  ['an address in place of a name', 'passkey:127.0.0.1:'],
  ['a name with capitals', 'passkey:Custos.example.com:'],
  ['no site', 'passkey::'],
  ['a port', 'passkey:localhost:8080:'],
])('a key with %s is refused', (_what, prefix) => {
  expect(readKeyText(`${prefix}${Buffer.alloc(32, 3).toString('base64url')}`)).toBeUndefined();
});
