import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonOf } from '../../src/api/validate.js';
import { asCustosError } from '../../src/core/errors.js';
import { repeatedMember, writtenMembers } from '../../src/core/text/repeated-member.js';
import { parseBody } from '../../src/http/json.js';

/** Which rule refuses a body, if any does. */
function refusal(read: (text: string) => unknown, text: string): unknown {
  try {
    read(text);
    return undefined;
  } catch (thrown) {
    const { problems } = asCustosError(thrown).details;
    return Array.isArray(problems) ? problems.map(({ rule }) => rule).join() : thrown;
  }
}

const blank = fc.constantFrom('', ' ', '\n\t', '\r\n ');
/** Names that are equal in other spellings, that hold marks of JSON, or that objects have anyway. */
const name = fc.constantFrom(
  '"a"',
  '"\\u0061"',
  '"b"',
  '""',
  '"a\\\\"',
  '"\\""',
  '":"',
  '"{"',
  '"__proto__"',
  '"1"',
  '"\\\\\\""',
);
const { text } = fc.letrec<{ text: string; object: string; list: string }>((tie) => ({
  text: fc.oneof({ maxDepth: 4 }, fc.constantFrom('1', 'null', 'true', '-1.5e3'), name, tie('object'), tie('list')),
  object: fc
    .array(fc.tuple(name, blank, tie('text'), blank), { maxLength: 4 })
    .map(
      (members) =>
        `{${members.map(([one, space, value, more]) => `${space}${one}${more}:${space}${value}${more}`).join()}}`,
    ),
  list: fc
    .array(fc.tuple(blank, tie('text')), { maxLength: 4 })
    .map((all) => `[${all.map((one) => one.join('')).join()}]`),
}));

/** Every member that the engine kept. */
function kept(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce((sum: number, one) => sum + kept(one), 0);
  return inner + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

describe('a body in JSON', () => {
  it('has more members than the engine keeps exactly when one is repeated', () => {
    fc.assert(
      fc.property(text, (json) => {
        const isRepeated = repeatedMember(json) !== undefined;
        expect(writtenMembers(json) !== kept(JSON.parse(json))).toBe(isRepeated);
        expect(refusal(parseBody, json)).toBe(isRepeated ? 'twice' : undefined);
      }),
      { numRuns: 2000 },
    );
  });

  it('nests at most forty levels, whether lists or objects', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
      ['[{"a":', '}]'],
    ] as const) {
      const levels = open.startsWith('[{') ? 2 : 1;
      const nested = (depth: number) => `${open.repeat(depth / levels)}1${close.repeat(depth / levels)}`;
      expect(refusal(parseBody, nested(40))).toBeUndefined();
      expect(refusal(parseBody, nested(42))).toBe('depth');
    }
    expect(refusal(parseBody, `${'['.repeat(40)}${']'.repeat(40)}`)).toBeUndefined();
    expect(refusal(parseBody, `${'['.repeat(41)}1${']'.repeat(41)}`)).toBe('depth');
  });

  it('has no half of a surrogate pair, however it is escaped', () => {
    for (const half of ['\\ud800', '\\uDFFF', '\\ud83d\\u0041', '\\ude00\\ud83d']) {
      expect(refusal(jsonOf, `{"a":["${half}"]}`)).toBe('encoding');
      expect(refusal(jsonOf, `{"${half}":1}`)).toBe('encoding');
    }
    expect(jsonOf('{"a":"\\ud83d\\ude00😀"}')).toEqual({ a: '😀😀' });
  });
});
