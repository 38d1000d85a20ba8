import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import { isCount, isObject, objectOf, parseJson, tryJson } from '../../src/core/json.js';

const refusal = (cause?: unknown) => new CustosError('REQUEST_INVALID', 'not what was asked for', { cause });

describe('JSON from outside', () => {
  it('JSON from outside is read as the value that was written', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text, refusal)).toEqual(JSON.parse(text));
        expect(tryJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each(['', '{', 'undefined', '{"a":1}}', "{'a':1}"])(
    'invalid JSON is refused with the error of the caller: %s',
    (text) => {
      expect(() => parseJson(text, refusal)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
      expect(tryJson(text)).toBeUndefined();
    },
  );

  it('a value counts as an object only if it is neither null nor a list', () => {
    expect(isObject({})).toBe(true);
    for (const other of [null, undefined, [], 'text', 1, true]) {
      expect(isObject(other)).toBe(false);
      expect(() => objectOf(other, refusal)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
    }
    const object = { a: 1 };
    expect(objectOf(object, refusal)).toBe(object);
  });

  it('a count must be an exact whole number', () => {
    for (const count of [0, 1, Number.MAX_SAFE_INTEGER]) expect(isCount(count)).toBe(true);
    for (const other of [-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, '1', 1n, null]) {
      expect(isCount(other)).toBe(false);
    }
  });
});
