import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../src/app/policy/schema.js';
import { CustosError } from '../../../src/core/errors.js';
import { readPolicy } from '../../../src/policy/document/read.js';
import { empty, open, policyText, token } from '../../support/policies.js';

/** What a reader makes of a text: the policy, or that it refuses it. */
function outcome(read: (text: string) => unknown, text: string): unknown {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof CustosError && error.code === 'POLICY_INVALID') return 'refused';
    throw error;
  }
}

const full = {
  ...empty,
  version: 2,
  previous: `sha256:${'ab'.repeat(32)}`,
  books: {
    partners: {
      coolDown: '24h',
      entries: [{ address: 'a', name: 'A b', chain: ['ETH'], since: '2026-01-01T00:00:00Z' }],
    },
  },
  permits: [
    {
      ...open,
      network: ['mainnet'],
      chain: ['ETH'],
      wallets: ['00000000-0000-4000-8000-000000000001'],
      tags: ['hot'],
      owner: ['The desk'],
      initiator: ['token:game'],
      op: ['transfer', 'call'],
      code: ['opaque-data'],
      asset: ['ETH', 'USDC'],
      from: 'self',
      to: ['own', 'book:partners', '0xAB'],
      contract: token,
      method: 'pay()',
      args: [{ at: 1, is: 'any', max: '10' }],
      dataPrefix: 'e517',
      accounts: [{ at: 0, is: 'self' }],
      days: ['mon-fri', 'sun'],
      hours: '22:00-06:00',
      shadow: true,
      max: { ETH: '1.5', USDC: '2' },
      value: '0',
      feeMax: { ETH: '0.01' },
      feeRateMax: '80.25',
      outputs: { max: 3 },
      instructions: { max: 4 },
      sweep: true,
      needs: ['2 of ops', '1 of risk'],
      class: 'decoded',
    },
    { id: 'other', op: ['mint'], contract: token, to: 'any', max: 'any' },
  ],
  forbids: [{ id: 'no', to: 'own', method: ['a()', 'b()'] }],
  limits: [
    { id: 'day', asset: 'ETH', calendar: 'day', max: '2', stepUp: ['1 of ops'], per: 'wallet' },
    { id: 'often', count: 5, rolling: '1h', per: 'destination' },
    { id: 'ever', asset: 'USDC', lifetime: '3' },
  ],
};

/** Values that readers are likely to disagree about. */
const odd = fc.constantFrom<unknown>(
  null,
  true,
  0,
  1,
  -1,
  1.5,
  2 ** 53,
  '',
  '0',
  '01',
  '1.',
  '.5',
  '1e3',
  'any',
  'unlimited',
  'self',
  'book:partners',
  'constructor',
  'hot\n',
  'é',
  ' x',
  [],
  ['any'],
  ['a', 'a'],
  [null],
  {},
  { ETH: '1' },
  { constructor: '1' },
  { max: 1 },
  { at: 1, max: '1' },
);

/** All places of a document, as paths. */
function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, one]) => places(one, [...path, name]))];
}

function changed(value: unknown, [step, ...rest]: readonly string[], change: (old: unknown) => unknown): unknown {
  if (step === undefined || typeof value !== 'object' || value === null) return change(value);
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value };
  const members = Object.entries(copy).map(
    ([name, one]) => [name, name === step ? changed(one, rest, change) : one] as const,
  );
  return Array.isArray(copy) ? members.map(([, one]) => one) : Object.fromEntries(members);
}

const edit = fc.record({
  place: fc.constantFrom(...places(full)),
  how: fc.oneof(
    odd.map((value) => () => value),
    fc.tuple(fc.constantFrom('max', 'to', 'id', 'constructor', 'x', 'shadow', 'previous'), odd).map(
      ([name, value]) =>
        (old: unknown) =>
          typeof old === 'object' && !Array.isArray(old) ? { ...old, [name]: value } : [old, value],
    ),
    fc.string().map((text) => (old: unknown) => `${String(old)}${text}`),
  ),
});

describe('the two readers of a policy', () => {
  it('make the same policy of a text that uses every member', () => {
    const text = JSON.stringify(full, null, 2);
    const policy = readPolicy(text);
    expect(parsePolicy(text)).toEqual(policy);
    expect(policy.permits[0]?.needs).toHaveLength(2);
  });

  it('accept the same texts, and read the same out of them, however a policy is changed', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const document = edits.reduce<unknown>((value, { place, how }) => changed(value, place, how), full);
        const text = JSON.stringify(document) ?? 'null';
        const first = outcome(readPolicy, text);
        if (first !== 'refused') accepted++;
        expect(outcome(parsePolicy, text)).toEqual(first);
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it('refuse the same texts before they look at members', () => {
    for (const text of ['', '[]', '{', policyText().replace('1', '1.0'), policyText().replace('{', '{"version":1,')]) {
      expect(outcome(readPolicy, text)).toBe('refused');
      expect(outcome(parsePolicy, text)).toBe('refused');
    }
  });

  it('differ in that the one for people lists every mistake of form', () => {
    const text = policyText({ version: 'x', timeZone: 5, permits: [{ ...open, tags: 'hot' }] });
    expect(() => parsePolicy(text)).toThrow(/version: .*; timeZone: .*; permits\[0\]\.tags: /);
  });

  it.each<[object, string]>([
    [{ version: 0 }, 'version: 0 is less than 1'],
    [{ version: 'x' }, 'version: "x" is not a number'],
    [{ custosPolicy: 2 }, 'custosPolicy: 2 is not 1'],
    [{ timeZone: undefined }, 'the policy: has no timeZone'],
    [{ more: 1 }, 'the policy: has the unknown member "more"'],
    [{ groups: { Ops: ['ann'] } }, 'groups: the name "Ops" is not a lower-case letter'],
    [{ permits: [{ ...open, max: '1e3' }] }, 'permits[0].max: "1e3" is not a decimal amount such as "1.5"'],
    [{ permits: [{ ...open, max: { ETH: 1 } }] }, 'permits[0].max.ETH: 1 is not a text'],
    [{ permits: [{ ...open, max: 5 }] }, 'permits[0].max: 5 has none of the forms that it may have'],
    [{ permits: [{ ...open, to: ['a', 'a'] }] }, 'permits[0].to: names something twice'],
    [{ permits: [{ ...open, needs: ['two'] }] }, 'permits[0].needs[0]: "two" is not a demand such as "2 of treasury"'],
    [{ permits: [{ ...open, op: ['pay'] }] }, 'permits[0].op[0]: "pay" is not one of transfer, token-transfer'],
  ])('say of %j that %s', (members, words) => {
    expect(() => parsePolicy(policyText({ ...members }))).toThrow(words);
  });

  it('list every rule that contradicts itself or names what is not declared', () => {
    const text = policyText({
      permits: [{ ...open, asset: 'GOLD' }, { ...open, id: 'two', to: 'book:none' }, { ...open }],
      limits: [{ id: 'open', asset: 'ETH', calendar: 'day' }],
    });
    for (const read of [readPolicy, parsePolicy]) {
      expect(() => read(text)).toThrow(
        /permits\[0\].*GOLD.*; permits\[1\].*none.*; limits\[0\].*; .*two rules with the id open/,
      );
    }
  });

  it('no text of the library for people comes through, however a policy is changed', () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const document = edits.reduce<unknown>((value, { place, how }) => changed(value, place, how), full);
        try {
          parsePolicy(JSON.stringify(document) ?? 'null');
        } catch (error) {
          const { message } = error as Error;
          const own = message.replace(/"(?:[^"\\]|\\.)*"/g, '');
          expect(own).not.toMatch(/invalid|expected|received|unrecognized|zod|pattern|undefined/i);
          refused += 1;
        }
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});
