import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readWrittenConstitution } from '../../../src/app/approvals/constitution-schema.js';
import { CustosError } from '../../../src/core/errors.js';
import { constitutionOf } from '../../../src/policy/constitution.js';
import { constitution, written } from '../../policy/approvals/people.js';

/** What a reader makes of a value: the hash, or its refusal. */
function result(read: () => { hash: string }): string {
  try {
    return read().hash;
  } catch (error) {
    if (error instanceof CustosError && error.code === 'CONSTITUTION_INVALID') return error.code;
    throw error;
  }
}

describe('a constitution as a person writes it', () => {
  test('is read in any layout and becomes its canonical form', () => {
    expect(readWrittenConstitution(JSON.stringify(written, undefined, 4))).toEqual(constitution);
  });

  test('is refused with the place of the mistake', () => {
    const bad = { ...written, thresholds: { ...written.thresholds, widen: 'two' } };
    expect(() => readWrittenConstitution(JSON.stringify(bad))).toThrow(/thresholds\.widen: is like "2 of board"/);
    expect(() => readWrittenConstitution('{')).toThrow(/not JSON/);
    const twice = JSON.stringify(written).replace('{', '{"version":2,');
    expect(() => readWrittenConstitution(twice)).toThrow(/version twice/);
  });

  test('is accepted by both readers or by neither, whatever part of it is changed', () => {
    const paths = [
      ...Object.keys(written).map((name) => [name]),
      ...['roles', 'keys', 'initiates'].map((name) => ['persons', 'bea', name]),
      ...Object.keys(written.groups).map((name) => ['groups', name]),
      ...Object.keys(written.thresholds).map((name) => ['thresholds', name]),
      ['persons', 'zoe'],
      ['groups', 'Upper'],
      ['extra'],
    ];
    const values = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(1, 2, '2 of board', '1 of treasury', '3 of board', 'sha256:', written.store),
      fc.subarray(['admin', 'operator', 'approver', 'auditor', 'ada', 'alan', 'bea', 'token:game', '', 'a b']),
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), values, (path, value) => {
        const changed = structuredClone(written) as Record<string, unknown>;
        const [last = '', ...way] = [...path].reverse();
        let place = changed;
        for (const name of way.reverse()) place = place[name] as Record<string, unknown>;
        place[last] = value;
        const text = JSON.stringify(changed);
        expect(result(() => readWrittenConstitution(text))).toBe(result(() => constitutionOf(JSON.parse(text))));
      }),
      { numRuns: 2000 },
    );
  });
});
