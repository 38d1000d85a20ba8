import fc from 'fast-check';
import { getAddress } from 'viem';
import { describe, expect, it } from 'vitest';
import { ethereum } from '../../../src/chains/evm/chains/ethereum.js';
import { one } from '../../../src/chains/evm/chains/one.js';
import { xdc } from '../../../src/chains/evm/chains/xdc.js';
import { createRegistry } from '../../../src/chains/registry.js';
import { CustosError } from '../../../src/core/errors.js';
import { evmChainIds } from '../../support/vectors.js';

// Source: EIP-55, test cases.
const checksummed = [
  '0x52908400098527886E0F7030069857D2E4169EE7',
  '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
  '0xde709f2102306220921060314715629080e2fb77',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
  '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
];

describe('an address', () => {
  it.each(checksummed)('%s is read in every correct case and shown in lower case', (address) => {
    const digits = address.slice(2);
    const forms = [address, address.toLowerCase(), `0x${digits.toUpperCase()}`, `0X${digits.toUpperCase()}`];
    for (const form of forms) expect(ethereum.keys.normalizeAddress(form, 'mainnet')).toBe(address.toLowerCase());
  });

  it('an address of any bytes passes with the checksum of a second implementation, and fails with one letter changed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), fc.nat(39), (bytes, at) => {
        const address = getAddress(`0x${Buffer.from(bytes).toString('hex')}`);
        expect(ethereum.keys.normalizeAddress(address, 'mainnet')).toBe(address.toLowerCase());
        const letter = address.charAt(at + 2);
        const swapped = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
        const changed = address.slice(0, at + 2) + swapped + address.slice(at + 3);
        const isOneCase = [changed.slice(2).toLowerCase(), changed.slice(2).toUpperCase()].includes(changed.slice(2));
        if (changed === address || isOneCase) return;
        expect(() => ethereum.keys.normalizeAddress(changed, 'mainnet')).toThrow(
          expect.objectContaining({ code: 'ADDRESS_INVALID' }),
        );
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['one digit less', `0x${'1'.repeat(39)}`],
    ['one digit more', `0x${'1'.repeat(41)}`],
    ['no prefix', '1'.repeat(40)],
    ['another letter', `0x${'g'.repeat(40)}`],
    ['white space', ` 0x${'1'.repeat(40)}`],
    ['the prefix of another chain', `xdc${'1'.repeat(40)}`],
    ['a wrong checksum', '0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
  ])('an address with %s is refused', (_what, text) => {
    expect(() => ethereum.keys.normalizeAddress(text, 'mainnet')).toThrow(
      expect.objectContaining({ code: 'ADDRESS_INVALID' }),
    );
  });

  it('an XDC address is shown with its own prefix and read with both', () => {
    const shown = 'xdc5aaeb6053f3e94c9b9a09f33669435e7ef1beaed';
    for (const form of [
      shown,
      `xdc${checksummed[3]?.slice(2)}`,
      checksummed[3],
      shown.toUpperCase(),
      shown.replace('xdc', '0x'),
    ]) {
      expect(xdc.keys.normalizeAddress(form ?? '', 'testnet')).toBe(shown);
    }
    const wrong = 'xdc5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
    expect(() => xdc.keys.normalizeAddress(wrong, 'testnet')).toThrow(
      expect.objectContaining({ code: 'ADDRESS_INVALID' }),
    );
  });

  it('a Harmony address is read in bech32 with a right checksum, and shown as 0x', () => {
    const text = 'one1pdv9lrdwl0rg5vglh4xtyrv3wjk3wsqket7zxy';
    const shown = one.keys.normalizeAddress(text, 'mainnet');
    expect(shown).toMatch(/^0x[0-9a-f]{40}$/);
    expect(one.keys.normalizeAddress(text.toUpperCase(), 'mainnet')).toBe(shown);
    for (const wrong of [
      `${text.slice(0, -1)}p`,
      text.replace('one1', 'two1'),
      text.replace('p', 'P'),
      'one1',
      'one1qqqq',
    ]) {
      expect(() => one.keys.normalizeAddress(wrong, 'mainnet')).toThrow(
        expect.objectContaining({ code: 'ADDRESS_INVALID' }),
      );
    }
  });

  it('any text gives an address or a coded error on any chain', () => {
    const registry = createRegistry();
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^(0x|xdc|one1)[0-9a-zA-Z]{38,42}$/));
    fc.assert(
      fc.property(fc.constantFrom(...evmChainIds), texts, (id, text) => {
        try {
          expect(registry.get(id).keys.normalizeAddress(text, 'mainnet')).toMatch(/^(0x|xdc)[0-9a-f]{40}$/);
        } catch (error) {
          expect(error).toBeInstanceOf(CustosError);
        }
      }),
    );
  });
});

describe('a private key', () => {
  const digits = 'c0ffee'.padStart(64, '0');

  it.each([`0x${digits}`, digits, `0X${digits.toUpperCase()}`])('a private key is read from %s', (text) => {
    const key = ethereum.keys.decodePrivateKey(text, 'mainnet');
    expect(ethereum.keys.encodePrivateKey(key, 'mainnet')).toBe(`0x${digits}`);
  });

  it.each([
    ['', 'has 0 hexadecimal digits, not 64'],
    ['0x', 'has 0 hexadecimal digits, not 64'],
    [`0x${digits}0`, 'has 65 hexadecimal digits, not 64'],
    [digits.slice(1), 'has 63 hexadecimal digits, not 64'],
    [`0x${'0'.repeat(64)}`, 'is zero'],
    ['0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141', 'is not below the order of the curve'],
    [`0x${'f'.repeat(64)}`, 'is not below the order of the curve'],
    [` ${digits}`, 'has characters that are not hexadecimal digits'],
    [`0x${digits.slice(1)}g`, 'has characters that are not hexadecimal digits'],
  ])('a private key like %j is refused with the reason, and not repeated', (text, reason) => {
    const read = () => ethereum.keys.decodePrivateKey(text, 'mainnet');
    expect(read).toThrow(expect.objectContaining({ code: 'PRIVATE_KEY_INVALID' }));
    expect(read).toThrow(reason);
    if (text.length > 10) expect(read).not.toThrow(text.slice(2, 12));
  });
});
