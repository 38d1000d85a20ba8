import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CustosError } from '../../../src/core/errors.js';
import { readPolicy } from '../../../src/policy/document/read.js';
import { empty, open, policyText, token } from '../../support/policies.js';

function refusal(text: string): string {
  try {
    readPolicy(text);
  } catch (error) {
    if (error instanceof CustosError && error.code === 'POLICY_INVALID') return error.message;
    throw error;
  }
  return 'accepted';
}

const permit = (members: object) => policyText({ permits: [{ ...open, ...members }] });
const forbid = (members: object) => policyText({ forbids: [{ id: 'f', ...members }] });
const limit = (members: object) => policyText({ limits: [{ id: 'l', ...members }] });

describe('a policy as text', () => {
  it('is read into exact amounts of the smallest unit', () => {
    const { permits } = readPolicy(
      permit({ asset: ['ETH', 'USDC'], max: { ETH: '9007199254.740993', USDC: '0.000001' } }),
    );
    expect(permits[0]?.max).toEqual(
      new Map([
        ['ETH', 9_007_199_254_740_993_000_000_000n * 1000n],
        ['USDC', 1n],
      ]),
    );
  });

  it('has the same hash in every layout and order of members', () => {
    const { hash, text } = readPolicy(policyText());
    expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(text.startsWith('{"assets":{"BTC":{"chain":"BTC","decimals":8,')).toBe(true);
    const reversed = Object.fromEntries(Object.entries(empty).reverse());
    expect(readPolicy(JSON.stringify(reversed, null, 2)).hash).toBe(hash);
    expect(readPolicy(text).hash).toBe(hash);
    expect(readPolicy(policyText({ timeZone: 'Europe/Vienna' })).hash).not.toBe(hash);
  });

  it.each([
    ['a member twice', policyText().replace('"version":1', '"version":1,"version":2'), 'a member twice'],
    ['a member twice by an escape', policyText().replace('"version":1', '"version":1,"\\u0076ersion":2'), 'twice'],
    ['a fraction', policyText().replace('"version":1', '"version":1.5'), 'fraction or exponent'],
    ['a whole number written as a fraction', policyText().replace('"version":1', '"version":1.0'), 'fraction'],
    ['an exponent', policyText().replace('"version":1', '"version":1e0'), 'exponent'],
    ['a negative number', policyText().replace('"version":1', '"version":-1'), 'sign'],
    ['a number that is not exact', policyText().replace('"version":1', '"version":9007199254740993'), 'whole number'],
    ['an unknown member', policyText({ comment: 'x' }), 'unknown member "comment"'],
    ['an unknown member of a rule', permit({ amount: '1' }), 'permits[0] has the unknown member "amount"'],
    ['__proto__', policyText().replace('"books":{', '"books":{"__proto__":{"entries":[]},'), '__proto__'],
    [
      '__proto__ by an escape',
      policyText().replace('"books":{', '"books":{"__pr\\u006fto__":{"entries":[]},'),
      '__proto__',
    ],
    ['nesting', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'levels deep'],
    ['half a surrogate pair', permit({ owner: ['\ud800'] }), 'surrogate'],
    ['no JSON', '{', 'is not JSON'],
    ['null', 'null', 'is not an object'],
    ['a missing member', '{"custosPolicy":1}', 'has no version'],
    ['another format', policyText({ custosPolicy: 2 }), 'custosPolicy'],
    ['a null', permit({ tags: null }), 'permits[0].tags is not a list'],
    ['an amount that is a number', permit({ asset: 'ETH', max: 1 }), 'permits[0].max'],
    ['a null ceiling', permit({ max: null }), 'permits[0].max'],
    ['a negative amount', permit({ asset: 'ETH', max: '-1' }), 'permits[0].max'],
    ['an amount with an exponent', permit({ asset: 'ETH', max: '1e18' }), 'permits[0].max'],
    ['more decimals than the asset has', permit({ asset: 'USDC', max: '0.0000001' }), 'more than 6 decimals'],
    ['a name twice', permit({ tags: ['a', 'a'] }), 'names something twice'],
    ['an unknown asset', permit({ asset: ['DAI'] }), 'names DAI, which is not declared'],
    ['an unknown book', permit({ to: 'book:friends' }), 'names the book friends, which is not declared'],
    ['any with company', permit({ to: ['any', 'self'] }), 'says any and something else'],
    ['a permit without a destination', policyText({ permits: [{ id: 'p', max: 'any' }] }), 'write "to": "any"'],
    [
      'an allowance without a spender',
      permit({ op: ['approve'], to: undefined, contract: token }),
      'write "to": "any"',
    ],
    ['a permit without a ceiling', policyText({ permits: [{ id: 'p', to: 'any' }] }), 'write "max": "any"'],
    ['a mint without a ceiling', policyText({ permits: [{ id: 'p', op: ['mint'], to: 'any' }] }), 'write "max": "any"'],
    ['no bound without a code', permit({ max: 'unlimited' }), 'needs a code'],
    ['one amount of several assets', permit({ asset: ['ETH', 'USDC'], max: '1' }), 'more than one declared asset'],
    ['an amount of no asset', policyText({ permits: [{ ...open, asset: [], max: '1' }] }), 'of no declared asset'],
    [
      'a ceiling that leaves out an asset',
      permit({ asset: ['ETH', 'USDC'], max: { ETH: '1' } }),
      'says nothing about USDC',
    ],
    ['a ceiling of another asset', permit({ asset: ['ETH'], max: { USDC: '1' } }), 'names USDC'],
    ['a permit for the fee', permit({ op: ['fee'] }), 'names the fee'],
    ['contract and program', permit({ contract: 'a', program: 'b' }), 'contract and program'],
    ['hours that are never', permit({ hours: '09:00-09:00' }), 'which is never'],
    ['hours that do not exist', permit({ hours: '09:00-25:00' }), 'permits[0].hours'],
    ['days that do not exist', permit({ days: 'mon-fry' }), 'permits[0].days'],
    ['an argument without a rule', permit({ args: [{ at: 1 }] }), 'neither what it is nor its max'],
    ['a demand that is none', permit({ needs: ['two of ops'] }), 'permits[0].needs[0]'],
    ['two rules of one name', policyText({ permits: [open], forbids: [{ id: 'open' }] }), 'two rules with the id open'],
    [
      'an asset under two names',
      policyText({ assets: { ...empty.assets, E: empty.assets.ETH } }),
      'another name as well',
    ],
    ['an asset called any', policyText({ assets: { any: empty.assets.ETH } }), 'means every asset'],
    ['a forbid of an unknown asset', forbid({ asset: 'DAI' }), 'DAI'],
    ['a limit without a window', limit({ asset: 'ETH', max: '1' }), 'needs one of rolling, calendar and lifetime'],
    ['a limit with two windows', limit({ asset: 'ETH', max: '1', rolling: '1h', calendar: 'day' }), 'needs one of'],
    ['a limit without a ceiling', limit({ rolling: '1h' }), 'either an amount or a count'],
    [
      'a limit with two ceilings',
      limit({ asset: 'ETH', rolling: '1h', max: '1', count: 1 }),
      'either an amount or a count',
    ],
    ['a lifetime with a max', limit({ asset: 'ETH', lifetime: '1', max: '1' }), 'has a lifetime'],
    ['an amount limit without an asset', limit({ rolling: '1h', max: '1' }), 'needs exactly one asset'],
    ['an amount limit of two assets', limit({ rolling: '1h', max: '1', asset: ['ETH', 'BTC'] }), 'exactly one asset'],
    ['a count of nothing', limit({ rolling: '1h', count: 0 }), 'limits[0].count'],
    ['a time zone that does not exist', policyText({ timeZone: 'Mars/Olympus' }), 'does not know'],
    ['a first version with a previous', policyText({ previous: `sha256:${'0'.repeat(64)}` }), 'previous'],
    ['a later version without a previous', policyText({ version: 2 }), 'previous'],
    ['a day that does not exist', books({ address: 'x', since: '2026-02-31T00:00:00Z' }), 'does not exist'],
    ['a cool-down without a since', books({ address: 'x' }, '24h'), 'has no since'],
  ])('is refused with %s', (_what, text, message) => {
    expect(refusal(text)).toContain(message);
  });

  function books(entry: object, coolDown?: string): string {
    return policyText({ books: { b: { entries: [entry], coolDown } } });
  }

  it('may have 4,194,304 characters', () => {
    expect(refusal(policyText().padEnd(4 * 1024 * 1024))).toBe('accepted');
    expect(refusal(policyText().padEnd(4 * 1024 * 1024 + 1))).toContain('has more than 4194304 characters');
  });

  it.each([
    ['lists', '[', '', ']'],
    ['lists with other elements', '[10,', '[],[]', ']'],
    ['objects', '{"a":10,"b":', '{}', '}'],
  ])('may have 16 levels of %s', (_what, opens, inside, closes) => {
    const nested = (levels: number) => {
      const around = inside === '' ? levels : levels - 1;
      return refusal(opens.repeat(around) + inside + closes.repeat(around));
    };
    expect(nested(16)).not.toContain('nested');
    expect(nested(17)).toContain('nested more than 16 levels deep');
  });

  it('that is no JSON is refused with the place from which on it is none', () => {
    expect(refusal('{\n  "version": 1,\n}')).toBe('the policy is not JSON from line 3, column 1 on');
  });

  it('with several mistakes is refused with all of them, at most twenty one by one', () => {
    const wrong = (count: number) =>
      policyText({
        permits: Array.from({ length: count }, (_, at) => ({ ...open, id: `p-${at}`, to: `book:b-${at}` })),
      });
    const names = (at: number) => `permits[${at}].to names the book b-${at}, which is not declared`;
    expect(refusal(wrong(1))).toBe(names(0));
    expect(refusal(wrong(2))).toBe(`${names(0)}; ${names(1)}`);
    expect(() => readPolicy(wrong(2))).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ problems: [names(0), names(1)] }) }),
    );
    expect(refusal(wrong(20))).toMatch(/b-19, which is not declared$/);
    expect(refusal(wrong(22))).toMatch(/b-19, which is not declared; and 2 more$/);
  });

  it('takes names of Object.prototype as names', () => {
    const { groups, books } = readPolicy(
      policyText({ groups: { constructor: ['ann'] }, books: { 'to-string': { entries: [] } } }),
    );
    expect(groups.get('constructor')).toEqual(new Set(['ann']));
    expect([...books.keys()]).toEqual(['to-string']);
    expect(refusal(permit({ to: 'book:constructor' }))).toContain('not declared');
    expect(refusal(permit({ asset: ['constructor'] }))).toContain('not declared');
  });

  it('says POLICY_INVALID to any other text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(refusal(text)).not.toBe('accepted');
      }),
    );
  });
});
