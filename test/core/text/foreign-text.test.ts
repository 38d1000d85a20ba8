import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CustosError } from '../../../src/core/errors.js';
import { shown } from '../../../src/core/text/foreign-text.js';

describe('foreign text', () => {
  it.each([
    ['turned round by a bidirectional override', 'pay \u202eevil', 'pay \\u{202e}evil'],
    ['with an isolate', '\u2066a\u2069', '\\u{2066}a\\u{2069}'],
    ['with a terminal command', 'a\u001b[2Jb', 'a\\u{1b}[2Jb'],
    ['with a line break', 'one\r\ntwo', 'one\\u{d}\\u{a}two'],
    ['with a line separator', 'one\u2028two', 'one\\u{2028}two'],
    ['with a blank of no width', 'a\u200bb\ufeffc', 'a\\u{200b}b\\u{feff}c'],
    ['with another blank', 'a\u00a0b\u3000c', 'a\\u{a0}b\\u{3000}c'],
    ['with a filler that shows nothing', 'a\u3164b', 'a\\u{3164}b'],
    ['with a braille pattern of no dots', 'a\u2800b', 'a\\u{2800}b'],
    ['with a tag character', 'a\u{e0041}b', 'a\\u{e0041}b'],
    ['with half a character', 'a\ud800b', 'a\\u{d800}b'],
  ])('%s is shown escaped', (_what, text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it('foreign text in any language stays unchanged', () => {
    for (const text of ['Zürich 100 €', 'оплата', '支払い', 'تحويل', 'आदेश', '🚀']) expect(shown(text)).toBe(text);
  });

  it('foreign text is the same when it is escaped twice, and holds no invisible character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = shown(text);
        expect(shown(once)).toBe(once);
        expect(once).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it('an error escapes foreign text that it quotes', () => {
    expect(new CustosError('PENDING_INVALID', 'memo \u202ebad').message).toBe('memo \\u{202e}bad');
  });
});
