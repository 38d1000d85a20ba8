import { createECDH, createHash, createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flow } from '../../../src/chains/flow/index.js';
import { normalizePublicKey, signMessage } from '../../../src/chains/flow/key.js';
import * as p256 from '../../../src/crypto/p256.js';
import { testKey } from '../../support/test-key.js';
import { codeOf } from './asking.js';

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => p256.isPrivateKey(bytes));
const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';

describe('P-256', () => {
  it('P-256 makes the same public keys as OpenSSL', () => {
    fc.assert(
      fc.property(secret, (bytes) => {
        const other = createECDH('prime256v1');
        other.setPrivateKey(bytes);
        expect(Buffer.from(p256.publicKey(bytes)).equals(other.getPublicKey())).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  // RFC 6979, A.2.5: key, message "sample", SHA-256. Its s lies in the upper half.
  it('P-256 signs the example of RFC 6979 to the byte', () => {
    const key = Buffer.from('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721', 'hex');
    const hash = createHash('sha256').update('sample').digest();
    expect(Buffer.from(p256.sign(hash, key)).toString('hex')).toBe(
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716' +
        'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    );
  });

  it('OpenSSL verifies every P-256 signature, with either hash', async () => {
    await fc.assert(
      fc.asyncProperty(secret, fc.uint8Array({ maxLength: 300 }), async (bytes, message) => {
        const privateKey = Uint8Array.of(1, ...bytes);
        const own = testKey(flow, privateKey);
        const { publicKey } = own;
        const [x, y] = [publicKey.subarray(1, 33), publicKey.subarray(33)].map((one) =>
          Buffer.from(one).toString('base64url'),
        );
        const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x!, y: y! }, format: 'jwk' });
        for (const [hash, name] of [
          ['SHA2_256', 'sha256'],
          ['SHA3_256', 'sha3-256'],
        ] as const) {
          const signature = await signMessage(message, hash, own);
          expect(verify(name, message, { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('P-256 never returns a signature that belongs to another public key', async () => {
    const [one, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
    for (const mark of [[1], []]) {
      const [own, foreign] = [one, other].map((bytes) => testKey(flow, Uint8Array.of(...mark, ...bytes)));
      const mixed = { ...own!, publicKey: foreign!.publicKey };
      expect(await codeOf(() => signMessage(one, 'SHA3_256', mixed))).toBe('SIGNATURE_INVALID');
    }
  });

  it('malformed signatures and invalid keys never verify', async () => {
    expect(p256.verify(new Uint8Array(32), new Uint8Array(5), new Uint8Array(65))).toBe(false);
    expect(await codeOf(() => p256.publicKey(new Uint8Array(32)))).toBe('PRIVATE_KEY_INVALID');
    expect(await codeOf(() => p256.sign(new Uint8Array(32), new Uint8Array(31)))).toBe('PRIVATE_KEY_INVALID');
  });
});

describe('a private key', () => {
  const short = 'a33794bd2afd4f43d52189750275dc894e8aee9c1bfd505ce2201a32c0f8c20';

  it.each([short, `0${short}`, `0x${short}`, `0X0${short.toUpperCase()}`])(
    'the private key %s is read in every form of the field',
    (text) => {
      const key = flow.keys.decodePrivateKey(text, 'mainnet');
      expect(key).toHaveLength(32);
      expect(flow.keys.encodePrivateKey(key, 'mainnet')).toBe(short);
    },
  );

  it('a P-256 private key is marked, and keeps its leading zeros', () => {
    const text = `p256:00${'5e'.repeat(31)}`;
    const key = flow.keys.decodePrivateKey(text.toUpperCase(), 'mainnet');
    expect(key).toHaveLength(33);
    expect(flow.keys.encodePrivateKey(key, 'mainnet')).toBe(text);
    expect(flow.keys.address(flow.keys.publicKey(key), 'mainnet')).toMatch(/^[0-9a-f]{128}$/);
  });

  it.each([
    '',
    '0x',
    'zz'.repeat(32),
    '00'.repeat(32),
    'ff'.repeat(32),
    'ab'.repeat(33),
    'ab'.repeat(27),
    `p256:${order}`,
    'p256:',
  ])('the private key %s is refused without being repeated', async (text) => {
    const read = () => flow.keys.decodePrivateKey(text, 'mainnet');
    expect(await codeOf(read)).toBe('PRIVATE_KEY_INVALID');
    if (text.length > 6) expect(read).not.toThrow(text.slice(0, 7));
  });
});

describe('a public key', () => {
  const point =
    '4f22763b8b3e5176ea7049f80672cd28fa330b6d28f96ac8adbe4683b2f825b0f425d9193c986ac5aa16ba3c739603d6e0e7fa84cd6ad86eda38a57f04863d31';

  it('a public key is read in every form of the field', () => {
    for (const text of [point, `04${point}`, `0x${point}`, `0x04${point.toUpperCase()}`]) {
      expect(normalizePublicKey(text)).toBe(point);
    }
  });

  it('a public key on neither curve, or an account address, is refused', async () => {
    for (const text of [`${point.slice(0, -1)}2`, '0x3d2a13dd671bd559', '', 'xx'.repeat(64)]) {
      expect(await codeOf(() => flow.keys.normalizeAddress(text, 'mainnet'))).toBe('ADDRESS_INVALID');
    }
    expect(await codeOf(() => flow.keys.address(new Uint8Array(65), 'mainnet'))).toBe('ADDRESS_INVALID');
  });
});
