import { expect, test } from 'vitest';
import { canonicalJson, readCanonicalJson } from '../../src/policy/canonical-json.js';

test('canonical JSON sorts members by their UTF-16 units (RFC 8785, 3.2.3)', () => {
  const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
  const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
  const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])));
  expect(text).toBe(`{${sorted.map((name) => `${JSON.stringify(name)}:0`).join()}}`);
});

test('canonical JSON writes numbers and texts as ECMAScript does (RFC 8785, 3.2.2)', () => {
  const value = JSON.parse(
    String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
  );
  const text = String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`;
  expect(canonicalJson(value)).toBe(text);
  expect(readCanonicalJson(text, 'POLICY_INVALID')).toEqual(value);
});

test('canonical JSON has no form for what JSON has none for, and none for more than 64 levels', () => {
  const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}1${']'.repeat(levels)}`);
  const unfit = expect.objectContaining({ code: 'ARGUMENT_INVALID' });
  expect(canonicalJson(nested(64))).toHaveLength(129);
  for (const value of [nested(65), Number.NaN, 1n, undefined, '\ud800', { '\udc00': 1 }]) {
    expect(() => canonicalJson(value)).toThrow(unfit);
  }
  expect(canonicalJson({ a: undefined, b: null })).toBe('{"b":null}');
});
