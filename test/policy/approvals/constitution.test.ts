import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CustosError } from '../../../src/core/errors.js';
import { canonicalJson } from '../../../src/policy/canonical-json.js';
import { constitutionOf, readConstitution } from '../../../src/policy/constitution.js';
import { personKeyText } from '../../../src/policy/persons/key-text.js';
import {
  checkSuccession,
  constitutionDecree,
  type Decree,
  decreeLines,
  quorumOf,
  requireQuorum,
} from '../../../src/policy/quorum.js';
import { constitution, keyOf, signaturesOf, store, written } from './people.js';

const text = constitution.text;
const coded = (code: string) => expect.objectContaining({ code });

describe('a constitution', () => {
  test('is read from its canonical form, and its hash is that of the text', () => {
    expect(readConstitution(text)).toEqual(constitution);
    expect(constitution.persons.get('bea')?.keys).toHaveLength(2);
    expect(constitution.groups.get('treasury')).toEqual(new Set(['bea', 'bob', 'ben']));
    expect(constitution.thresholds.get('narrow')).toEqual({ count: 1, group: 'board' });
    expect(constitution.hash).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test.each([
    ['a blank', text.replace(':1,', ': 1,')],
    ['a duplicate member', text.replace('"version":1', '"version":1,"version":1')],
    ['another order', text.replace(/^\{"custosConstitution":1,/, '{').replace(/\}$/, ',"custosConstitution":1}')],
    ['a number in another form', text.replace('"version":1', '"version":1.0')],
    ['an escape', text.replace('"ada"', '"\\u0061da"')],
    ['nothing', ''],
    ['a list', '[]'],
    ['more than 256 KiB', `"${'x'.repeat(300_000)}"`],
  ])('with %s in its text is refused', (_, changed) => {
    expect(changed).not.toBe(text);
    expect(() => readConstitution(changed)).toThrow(coded('CONSTITUTION_INVALID'));
  });

  const person = written.persons['bea'];
  const withPerson = (change: object) => ({ persons: { ...written.persons, bea: { ...person, ...change } } });
  const carl = { roles: ['approver'], keys: [keyOf('carl').text], initiates: [] };
  test.each<readonly [string, object]>([
    ['an unknown member', { extra: 1 }],
    ['another format', { custosConstitution: 2 }],
    ['no store', { store: 'x' }],
    ['version 0', { version: 0 }],
    ['a fractional version', { version: 1.5 }],
    ['a first version with a previous one', { previous: `sha256:${'0a'.repeat(32)}` }],
    ['a second version without a previous one', { version: 2 }],
    ['nobody', { persons: {} }],
    ['a person of the name of the four-eye service', { persons: { ...written.persons, 'four-eye': carl } }],
    ['a group of that name', { groups: { ...written.groups, 'four-eye': ['bea'] } }],
    ['an unknown role', withPerson({ roles: ['king'] })],
    ['no role', withPerson({ roles: [] })],
    ['an admin who approves', withPerson({ roles: ['admin', 'approver'] })],
    ['an auditor who operates', withPerson({ roles: ['auditor', 'operator'] })],
    ['a person without a key', withPerson({ keys: [] })],
    ['a key of another kind', withPerson({ keys: ['rsa:abc'] })],
    ['a key twice in a person', withPerson({ keys: [keyOf('bea').text, keyOf('bea').text] })],
    ['a key that two persons have', withPerson({ keys: [keyOf('bob').text] })],
    ['an initiator of two words', withPerson({ initiates: ['a b'] })],
    ['a person without roles', { persons: { ...written.persons, bea: { keys: person?.keys, initiates: [] } } }],
    ['a person with a member more', withPerson({ email: 'x' })],
    ['a person of another alphabet', { persons: { ...written.persons, bеa: { ...person, keys: [keyOf('x').text] } } }],
    ['an empty group', { groups: { ...written.groups, empty: [] } }],
    ['a group of a stranger', { groups: { ...written.groups, risk: ['mallory'] } }],
    ['a person twice in a group', { groups: { ...written.groups, board: ['ada', 'ada'] } }],
    ['a threshold above its group', { thresholds: { ...written.thresholds, constitution: '3 of board' } }],
    ['a threshold of nobody', { thresholds: { ...written.thresholds, constitution: '0 of board' } }],
    ['a threshold of an unknown group', { thresholds: { ...written.thresholds, widen: '1 of nobody' } }],
    ['an approver who makes rules', { thresholds: { ...written.thresholds, widen: '1 of treasury' } }],
    ['a threshold missing', { thresholds: { constitution: '2 of board' } }],
    ['a threshold too many', { thresholds: { ...written.thresholds, king: '1 of board' } }],
  ])('with %s is refused', (_, change) => {
    expect(() => constitutionOf({ ...written, ...change })).toThrow(coded('CONSTITUTION_INVALID'));
  });

  test('has at most 256 persons, 8 keys of a person, 64 groups and 262,144 characters', () => {
    const keys = (from: number, count: number) =>
      Array.from({ length: count }, (_, at) => {
        const bytes = createHash('sha256')
          .update(`key ${from + at}`)
          .digest();
        return personKeyText({ kind: 'ed25519', bytes });
      });
    const code = (change: object): string | undefined => {
      try {
        constitutionOf({ ...written, ...change });
        return undefined;
      } catch (error) {
        return error instanceof CustosError ? error.code : String(error);
      }
    };
    const refused = 'CONSTITUTION_INVALID';
    const operators = (count: number) => {
      const more = keys(0, count - 6).map((key, at) => [
        `o-${at}`,
        { roles: ['operator'], keys: [key], initiates: [] },
      ]);
      return { persons: { ...written.persons, ...Object.fromEntries(more) } };
    };
    expect([code(operators(256)), code(operators(257))]).toEqual([undefined, refused]);
    const owning = (count: number) => withPerson({ keys: keys(0, count) });
    expect([code(owning(8)), code(owning(9))]).toEqual([undefined, refused]);
    const grouped = (count: number) => {
      const more = Array.from({ length: count - 3 }, (_, at) => [`g-${at}`, ['oli']]);
      return { groups: { ...written.groups, ...Object.fromEntries(more) } };
    };
    expect([code(grouped(64)), code(grouped(65))]).toEqual([undefined, refused]);
    // Each initiator takes eight characters in the text, its two quotes and a comma among them, and the last as many as are left.
    const long = (length: number) => {
      const room = length - text.length;
      const count = Math.floor(room / 8) - 1;
      const names = Array.from({ length: count }, (_, at) => String(at).padStart(5, '0'));
      return withPerson({ initiates: [...names, 'z'.repeat(room - count * 8 - 2)] });
    };
    expect(constitutionOf({ ...written, ...long(262_144) }).text).toHaveLength(262_144);
    expect(code(long(262_145))).toBe(refused);
  });

  test('takes the names of an object’s own parts for nothing special', () => {
    for (const name of ['constructor', 'tostring']) {
      const groups = { ...written.groups, [name]: ['bea'] };
      expect(constitutionOf({ ...written, groups }).groups.get(name)).toEqual(new Set(['bea']));
    }
    const proto = text.replace('"board":', '"__proto__":');
    expect(() => readConstitution(proto)).toThrow(coded('CONSTITUTION_INVALID'));
    const wanted = { ...written.thresholds, unfreeze: '1 of constructor' };
    expect(() => constitutionOf({ ...written, thresholds: wanted })).toThrow(coded('CONSTITUTION_INVALID'));
  });

  test.each<readonly [string, object]>([
    ['the unknown role "king"', withPerson({ roles: ['king'] })],
    ['has the key "rsa:abc"', withPerson({ keys: ['rsa:abc'] })],
    [`bea and bob have the same key ${keyOf('bob').text}`, withPerson({ keys: [keyOf('bob').text] })],
    ['person bea has the initiator "a b"', withPerson({ initiates: ['a b'] })],
    ['person bea has the unknown member "email"', withPerson({ email: 'x' })],
    ['a person is called "Bea"', { persons: { ...written.persons, Bea: { ...person, keys: [keyOf('x').text] } } }],
    ['a group is called "Upper"', { groups: { ...written.groups, Upper: ['ada'] } }],
    ['group risk names "mallory"', { groups: { ...written.groups, risk: ['mallory'] } }],
    ['group board names "ada" twice', { groups: { ...written.groups, board: ['ada', 'ada'] } }],
    [
      'constitution is 3 of board, and the group has 2',
      { thresholds: { ...written.thresholds, constitution: '3 of board' } },
    ],
    ['names the group none', { thresholds: { ...written.thresholds, widen: '1 of none' } }],
  ])('is refused with the words: %s', (words, change) => {
    expect(() => constitutionOf({ ...written, ...change })).toThrow(words);
  });

  test('any text and any value is read or refused with its code', () => {
    const refused = (read: () => unknown): boolean => {
      try {
        read();
        return false;
      } catch (error) {
        return error instanceof CustosError && error.code === 'CONSTITUTION_INVALID';
      }
    };
    fc.assert(fc.property(fc.string(), (any) => refused(() => readConstitution(any))));
    fc.assert(fc.property(fc.jsonValue(), (any) => refused(() => readConstitution(JSON.stringify(any)))));
    const parts = Object.keys(written);
    fc.assert(
      fc.property(fc.constantFrom(...parts), fc.jsonValue(), (part, value) => {
        const given = `${JSON.stringify({ ...written, [part]: value })}`;
        const read = (): unknown => readConstitution(canonicalJson(JSON.parse(given)));
        return (
          canonicalJson(JSON.parse(given)) === text ||
          refused(read) ||
          constitutionOf(JSON.parse(given)).store === store
        );
      }),
    );
  });
});

describe('a quorum', () => {
  const first = { before: undefined, store };
  const next = constitutionOf({ ...written, version: 2, previous: constitution.hash });
  const second = { before: constitution, store };

  test('of two different persons brings the first and the next constitution into force', () => {
    expect(() => checkSuccession(constitution, first, signaturesOf(constitution, ['ada', 'alan']))).not.toThrow();
    expect(() => checkSuccession(next, second, signaturesOf(next, ['ada', 'alan']))).not.toThrow();
  });

  test.each<readonly [string, readonly string[], string]>([
    ['nobody', [], 'CONSTITUTION_QUORUM'],
    ['one person', ['ada'], 'CONSTITUTION_QUORUM'],
    ['one person twice', ['ada', 'ada'], 'CONSTITUTION_QUORUM'],
    ['a person of another group', ['ada', 'bea'], 'CONSTITUTION_SIGNATURE'],
    ['a stranger', ['ada', 'mallory'], 'CONSTITUTION_SIGNATURE'],
  ])('of %s is refused', (_, keys, code) => {
    expect(() => checkSuccession(next, second, signaturesOf(next, keys))).toThrow(coded(code));
  });

  test('is refused when a signature was made over another constitution or by another key', () => {
    const over = signaturesOf(constitution, ['ada', 'alan']);
    expect(() => checkSuccession(next, second, over)).toThrow(coded('CONSTITUTION_SIGNATURE'));
    const [one, other] = signaturesOf(next, ['ada', 'alan']);
    if (one === undefined || other === undefined) throw new Error('no signatures');
    const swapped = [{ ...one, signature: other.signature }, other];
    expect(() => checkSuccession(next, second, swapped)).toThrow(coded('CONSTITUTION_SIGNATURE'));
  });

  test('of the constitution in force decides, not of the one that is to come', () => {
    const persons = { ...written.persons, eve: { roles: ['admin'], keys: [keyOf('eve').text], initiates: [] } };
    const own = constitutionOf({
      ...written,
      version: 2,
      previous: constitution.hash,
      persons,
      groups: { ...written.groups, board: ['eve'] },
      thresholds: { ...written.thresholds, constitution: '1 of board', widen: '1 of board' },
    });
    expect(() => checkSuccession(own, second, signaturesOf(own, ['eve']))).toThrow(coded('CONSTITUTION_SIGNATURE'));
    expect(() => checkSuccession(own, second, signaturesOf(own, ['ada', 'alan']))).not.toThrow();
  });

  test('cannot bring a constitution of another store, version or predecessor into force', () => {
    const signed = signaturesOf(next, ['ada', 'alan']);
    expect(() => checkSuccession(next, first, signed)).toThrow(coded('CONSTITUTION_CONFLICT'));
    expect(() => checkSuccession(next, { ...second, store: 'ff'.repeat(16) }, signed)).toThrow(
      coded('CONSTITUTION_CONFLICT'),
    );
    expect(() => checkSuccession(next, { before: next, store }, signed)).toThrow(coded('CONSTITUTION_CONFLICT'));
    const stray = constitutionOf({ ...written, version: 2, previous: `sha256:${'0a'.repeat(32)}` });
    expect(() => checkSuccession(stray, second, signaturesOf(stray, ['ada', 'alan']))).toThrow(
      coded('CONSTITUTION_CONFLICT'),
    );
    const again = signaturesOf(constitution, ['ada', 'alan']);
    expect(() => checkSuccession(constitution, second, again)).toThrow(coded('CONSTITUTION_CONFLICT'));
  });

  test('says who signed and who still can', () => {
    const found = quorumOf(constitution, constitutionDecree(next), signaturesOf(next, ['alan']));
    expect(found).toEqual({ signed: new Set(['alan']), needed: 2, open: ['ada'], asked: '2 of board' });
  });
});

describe('a decree', () => {
  const stop: Decree = {
    title: 'custos-wallet/1',
    store,
    act: 'stop',
    facts: [
      ['wallet', '26d3883e-4e17-48b3-a0ee-09a3e484ac83'],
      ['reason', 'stolen\nkey: \u00e9\\'],
    ],
  };
  const signed = (decree: Decree, names: readonly string[]) =>
    names.map((name) => {
      const { text, signed: sign } = keyOf(name);
      return { key: text, signature: sign(decreeLines(decree, text)) };
    });

  test('has one readable ASCII line for each fact, whatever a text contains', () => {
    expect(decreeLines(stop, 'ed25519:k')).toBe(`custos-wallet/1
store: ${store}
act: stop
wallet: 26d3883e-4e17-48b3-a0ee-09a3e484ac83
reason: stolen\\u000akey: \\u00e9\\u005c
key: ed25519:k
`);
  });

  test.each(['ada', 'bea', 'oli'])('to stop something needs one person who acts, such as %s', (name) => {
    expect(requireQuorum(constitution, stop, signed(stop, [name]))).toEqual([name]);
  });

  test('to stop something is refused from an auditor, a stranger, and without a signature', () => {
    const aud = { roles: ['auditor'], keys: [keyOf('aud').text], initiates: [] };
    const audited = constitutionOf({ ...written, persons: { ...written.persons, aud } });
    for (const name of ['aud', 'mallory']) {
      expect(() => requireQuorum(audited, stop, signed(stop, [name]))).toThrow(coded('CONSTITUTION_SIGNATURE'));
    }
    expect(() => requireQuorum(constitution, stop, [])).toThrow(coded('CONSTITUTION_QUORUM'));
  });

  test('counts only signatures over the same facts', () => {
    const other: Decree = { ...stop, facts: [...stop.facts, ['revision', '2']] };
    expect(() => requireQuorum(constitution, other, signed(stop, ['ada']))).toThrow(coded('CONSTITUTION_SIGNATURE'));
  });

  test('of an act with a threshold names the persons who signed it', () => {
    const end: Decree = { ...stop, act: 'unfreeze' };
    expect(requireQuorum(constitution, end, signed(end, ['bob', 'bea', 'bea 2']))).toEqual(['bea', 'bob']);
    expect(() => requireQuorum(constitution, end, signed(end, ['bea', 'bea 2']))).toThrow(coded('CONSTITUTION_QUORUM'));
  });
});
