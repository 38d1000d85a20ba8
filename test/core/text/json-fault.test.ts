import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tryJson } from '../../../src/core/json.js';
import { jsonFault } from '../../../src/core/text/json-fault.js';

describe('the place at which a text stops to be JSON', () => {
  it.each([
    ['{"a": 1,}', 1, 9],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ['[1, 2', 1, 6],
    ['[1, 2}', 1, 6],
    ['{"a" 1}', 1, 6],
    ["{'a': 1}", 1, 2],
    ['{"a": 01}', 1, 8],
    ['{"a": "b\nc"}', 1, 7],
    ['', 1, 1],
    ['{} {}', 1, 4],
    ['// no\n{}', 1, 1],
  ])('of %j is line %i, column %i', (text, line, column) => {
    expect(jsonFault(text)).toEqual({ line, column });
  });

  it('exists exactly where the text is not JSON', () => {
    const changed = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '{', '}', '[', ']', '"', ':', '\\', '1', ' ', '\n', '-'))
      .map(([text, at, mark]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + mark + text.slice(place + (at % 2));
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), changed), (text) => {
        expect(jsonFault(text) === undefined).toBe(tryJson(text) !== undefined);
      }),
      { numRuns: 2000 },
    );
  });
});
