import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatedMember, repeatedPlaces } from '../../../src/core/text/repeated-member.js';

describe('a member that stands twice in one object', () => {
  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1, "\\u0061" \t\r\n: 2}', 'a'],
    ['[{"b":{"a":1},"a":2},{"a":{"c":1,"d":[{"c":1}],"c":2}}]', 'c'],
    ['{"\\\\":1,"\\\\":2}', '\\'],
    ['{"":1,"":2}', ''],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ])('is found in %s', (json, name) => {
    expect(repeatedMember(json)).toBe(name);
  });

  it.each([
    '{"a":"a","b":["a","a"],"c":{"a":"a:"}}',
    '{"a":"\\"a\\":","b":"{\\\\"}',
    '"{"',
    '[[]]',
    '{"a":{"a":{"a":1}}}',
  ])('is not found in %s', (json) => {
    expect(repeatedMember(json)).toBeUndefined();
  });

  it('is found in every JSON that has one, and in no other', () => {
    fc.assert(
      fc.property(fc.json({ depthSize: 'medium' }), fc.string({ unit: 'binary' }), fc.json(), (json, name, value) => {
        expect(repeatedMember(json)).toBeUndefined();
        const twice = JSON.stringify(name);
        expect(repeatedMember(`[${json},{${twice}:${value},"${'x'.repeat(40)}":${json},${twice}:${json}}]`)).toBe(
          JSON.parse(twice),
        );
      }),
    );
  });

  it('is given by the member of the whole text that it is, or is in', () => {
    const json = '{"a":1,"b":{"c":[{"d":1,"d":2}]},"e":{"a":1,"b":2},"f":{"g":1,"g":2},"f":3,"\\u0061":4}';
    expect(Object.fromEntries(repeatedPlaces(json))).toEqual({ a: 'itself', b: 'inside', f: 'itself' });
    expect(repeatedPlaces('{"a":{"a":{"a":"a"}}}').size).toBe(0);
  });

  it('is looked for in a time that grows with the text', () => {
    const text = `{"a":"${'\\\\'.repeat(500_000)}","b":"${'\\"'.repeat(500_000)}"}`;
    const begin = process.cpuUsage();
    expect(repeatedMember(text)).toBeUndefined();
    expect(process.cpuUsage(begin).user).toBeLessThan(2_000_000);
  });
});
