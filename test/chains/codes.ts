import fc from 'fast-check';
import { expect } from 'vitest';
import type { Chain } from '../../src/core/chain/chain.js';
import type { ParseContext } from '../../src/core/chain/codec.js';
import { CustosError } from '../../src/core/errors.js';

/** Code of the error that `work` throws; `nothing` when it throws none, and the text of a foreign error. */
export function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof CustosError ? error.code : `foreign: ${String(error)}`;
  }
  return 'nothing';
}

/** Whatever is changed in a completed transaction: a coded error comes out, or one that is as well-formed as the first. */
export function expectOnlyCodes(chain: Chain, completed: string, context: ParseContext): void {
  const isFine = (text: string) => {
    const code = codeOf(() => chain.codec.parse(text, context));
    expect(code, JSON.stringify(text)).toMatch(/^([A-Z]+_[A-Z_]+|nothing)$/);
  };
  const place = fc.nat(Math.max(completed.length - 1, 0));
  fc.assert(
    fc.property(place, fc.string({ maxLength: 3 }), (at, text) => {
      isFine(completed.slice(0, at) + text + completed.slice(at + 1));
    }),
  );
  fc.assert(fc.property(place, (at) => isFine(completed.slice(0, at))));
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.base64String()), isFine));
}

/** Every address-like and key-like text gives a coded error or a value. */
export function expectOnlyCodesOfTexts(chain: Chain): void {
  const texts = fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f]{60,66}$/), fc.base64String());
  fc.assert(
    fc.property(texts, (text) => {
      for (const work of [chain.keys.normalizeAddress, chain.keys.decodePrivateKey]) {
        expect(codeOf(() => work(text, 'mainnet'))).toMatch(/^([A-Z]+_[A-Z_]+|nothing)$/);
      }
    }),
  );
}
