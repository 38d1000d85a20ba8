import { mnemonicToSeedSync } from '@scure/bip39';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import { generateMnemonic, mnemonicToSeed, parseMnemonic } from '../../src/crypto/mnemonic.js';

const about = `${'abandon '.repeat(11)}about`;
const art = `${'abandon '.repeat(23)}art`;

describe('a new mnemonic', () => {
  it('a new mnemonic has 24 words unless another number is requested', () => {
    expect(generateMnemonic().split(' ')).toHaveLength(24);
    for (const words of [12, 15, 18, 21, 24] as const) expect(generateMnemonic(words).split(' ')).toHaveLength(words);
  });

  it('a new mnemonic is valid and never the same', () => {
    const made = Array.from({ length: 20 }, () => generateMnemonic(12));
    expect(made.map(parseMnemonic)).toEqual(made);
    expect(new Set(made).size).toBe(20);
  });
});

describe('a mnemonic', () => {
  // Source: BIP-39 reference vectors, entropies 00…00 and ff…ff.
  it.each([about, art, `${'zoo '.repeat(11)}wrong`, `${'zoo '.repeat(17)}when`, `${'zoo '.repeat(23)}vote`])(
    'the mnemonic %j is accepted',
    (text) => {
      expect(parseMnemonic(text)).toBe(text);
    },
  );

  it('a mnemonic may have capitals, full-width letters and any white space', () => {
    expect(parseMnemonic(`\n  ${about.toUpperCase().replaceAll(' ', ' \t\u3000\n')} `)).toBe(about);
    const fullWidth = [...'about'].map((letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0)).join('');
    expect(parseMnemonic(about.replace('about', fullWidth))).toBe(about);
  });

  it.each([
    ['', 'this one has 0'],
    ['abandon', 'this one has 1'],
    [`${about} about`, 'this one has 13'],
    [about.replace('abandon abandon abandon', 'abandon abandon secretword'), 'word 3 is not in the English list'],
    [about.replace('about', 'abaut'), 'word 12 is not in the English list'],
    ['abandon '.repeat(12), 'the checksum does not match'],
    [`about ${'abandon '.repeat(11)}`, 'the checksum does not match'],
  ])('a mnemonic is refused with the reason: %j', (text, reason) => {
    expect(() => parseMnemonic(text)).toThrow(expect.objectContaining({ code: 'MNEMONIC_INVALID' }));
    expect(() => parseMnemonic(text)).toThrow(reason);
  });

  it('a mnemonic never appears in an error message, not even one word of it', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{4,9}$/), { minLength: 12, maxLength: 12 }), (words) => {
        try {
          parseMnemonic(words.join(' '));
        } catch (error) {
          expect(error).toBeInstanceOf(CustosError);
          expect((error as CustosError).message).toMatch(
            /^(word \d+ is not in the English list|the checksum does not match: .*)$/,
          );
        }
      }),
    );
  });

  it('any text gives a mnemonic or a coded error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(() => parseMnemonic(text)).toThrow(CustosError);
      }),
    );
  });
});

describe('the seed of a mnemonic', () => {
  it('the seed of a mnemonic matches the published seed', async () => {
    // Source: BIP-39 without a passphrase, entropy 00…00.
    expect(Buffer.from(await mnemonicToSeed(about)).toString('hex')).toBe(
      '5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc19a5ac40b389cd370d086206dec8aa6c43daea6690f20ad3d8d48b2d2ce9e38e4',
    );
  });

  it('the seed of a mnemonic is the same from text and from bytes, and in another implementation', async () => {
    const mnemonic = generateMnemonic();
    const seed = await mnemonicToSeed(mnemonic);
    expect(await mnemonicToSeed(new TextEncoder().encode(mnemonic))).toEqual(seed);
    expect(seed).toEqual(mnemonicToSeedSync(mnemonic));
  });
});
