import { expect, it } from 'vitest';
import { plainText, WHOLE } from '../../console/plain-text.js';
import { shown } from '../../src/core/text/foreign-text.js';

it('the console escapes the characters that terminals do not get either', () => {
  for (let first = 0; first < 0x11_0000; first += 0x8000) {
    const points = Array.from({ length: 0x8000 }, (_, at) => String.fromCodePoint(first + at));
    // Each alone: towers of accents are cut.
    const text = points.join('.');
    expect(plainText(text, WHOLE) === shown(text), `from ${first.toString(16)}`).toBe(true);
  }
  for (const char of '\u00a0\u2003\u2800\u3164\u115f\ufe0f\u{e0100}') expect(plainText(char)).toMatch(/^\\u/);
});
