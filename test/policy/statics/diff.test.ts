import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyFacts } from '../../../src/core/policy/facts.js';
import { readPolicy } from '../../../src/policy/document/read.js';
import { diffPolicies } from '../../../src/policy/statics/diff.js';
import {
  empty,
  ether,
  fee,
  judged,
  open,
  partner,
  pays,
  policyText,
  receiver,
  sender,
  sends,
  token,
} from '../../support/policies.js';
import { documentOf, facts, given, inTokens, rank, rules, withoutCoin } from '../../support/random-policies.js';

const diffOf = (before: object, after: object) =>
  diffPolicies(readPolicy(policyText(before as never)), readPolicy(policyText(after as never)));
const permit = { id: 'p', asset: ['ETH'], to: [partner, receiver], max: '5', needs: ['1 of ops'] };
const forbid = { id: 'f', to: partner, op: ['transfer', 'call'] };
const limit = { id: 'l', asset: 'ETH', rolling: '24h', max: '5', stepUp: ['2 of ops'] };
const message = { op: 'message', from: sender } as const;
const note = { op: 'note', from: sender } as const;
const most = { id: 'p', asset: ['ETH'], max: '10' };
const book = (...addresses: string[]) => ({
  books: { partners: { entries: addresses.map((address) => ({ address })) } },
});
const isPolicy = (members: object) => {
  try {
    return readPolicy(policyText(members as never)).text !== '';
  } catch {
    return false;
  }
};
const rule = (kind: 'permits' | 'forbids' | 'limits', from: object, change: object) =>
  diffOf({ [kind]: [from] }, { [kind]: [{ ...from, ...change }] }).effect;

describe('a new version of a policy', () => {
  it('is the same in another order of its members', () => {
    const text = policyText({ permits: [permit], forbids: [forbid], limits: [limit] });
    const before = readPolicy(text);
    expect(before.text).not.toBe(text);
    expect(diffPolicies(before, readPolicy(before.text))).toEqual({ effect: 'same', changes: [] });
  });

  it.each([
    ['a higher ceiling', { max: '5.1' }, 'widens'],
    ['a lower ceiling', { max: '4' }, 'narrows'],
    ['no ceiling', { max: 'any' }, 'widens'],
    ['another asset', { asset: ['ETH', 'USDC'], max: { ETH: '5', USDC: '0' } }, 'widens'],
    ['fewer addresses', { to: partner }, 'narrows'],
    ['any address', { to: 'any' }, 'widens'],
    ['a book', { to: [partner, 'book:partners'] }, 'widens'],
    ['a tag', { tags: ['hot'] }, 'narrows'],
    ['more operations', { op: ['transfer', 'token-transfer', 'mint'] }, 'widens'],
    ['a danger', { code: ['allowance'] }, 'widens'],
    ['more approvals', { needs: ['2 of ops'] }, 'narrows'],
    ['a further group', { needs: ['1 of ops', '1 of risk'] }, 'narrows'],
    ['another group', { needs: ['1 of risk'] }, 'widens'],
    ['no approvals', { needs: [] }, 'widens'],
    ['a stronger class', { class: 'decoded' }, 'narrows'],
    ['a weaker class', { class: 'legacy' }, 'widens'],
    ['hours', { hours: '09:00-17:00' }, 'narrows'],
    ['sweep', { sweep: true }, 'widens'],
    ['no sweep, written out', { sweep: false }, 'same'],
    ['a fee ceiling', { feeMax: '0.1' }, 'narrows'],
    ['a most of outputs', { outputs: { max: 2 } }, 'narrows'],
    ['the same in another order', { to: [receiver, partner] }, 'same'],
    ['another spelling', { max: '5.0' }, 'same'],
  ])('with %s of a permit says so', (_what, change, effect) => {
    expect(rule('permits', permit, change)).toBe(effect);
  });

  it.each([
    ['another address', { to: [partner, receiver] }, 'narrows'],
    ['a condition more', { tags: ['hot'] }, 'widens'],
    ['a condition less', { to: undefined }, 'narrows'],
    ['one operation less', { op: ['transfer'] }, 'widens'],
    ['every operation', { op: undefined }, 'narrows'],
    ['a code', { code: ['allowance'] }, 'widens'],
    ['a shadow', { shadow: true }, 'widens'],
  ])('with %s of a forbid says so', (_what, change, effect) => {
    expect(rule('forbids', forbid, change)).toBe(effect);
  });

  it.each([
    ['a higher ceiling', { max: '6' }, 'widens'],
    ['a lower ceiling', { max: '4' }, 'narrows'],
    ['no step-up', { stepUp: undefined }, 'narrows'],
    ['an easier step-up', { stepUp: ['1 of ops'] }, 'widens'],
    ['another window', { rolling: '25h' }, 'widens'],
    ['a condition', { tags: ['hot'] }, 'widens'],
    ['budgets of wallets', { per: 'wallet' }, 'widens'],
    ['another asset', { asset: 'USDC' }, 'widens'],
  ])('with %s of a limit says so', (_what, change, effect) => {
    expect(rule('limits', limit, change)).toBe(effect);
  });

  it('names the members that widen or narrow, and all that are different where only together they widen', () => {
    const why = (from: object, change: object) =>
      diffOf({ permits: [from] }, { permits: [{ ...from, ...change }] }).changes.map((one) => one.why);
    expect(why(permit, { max: '4', tags: ['hot'] })).toEqual(['the permit allows less than before (max, tags)']);
    const unproved = 'the permit is not proved to allow only what it allowed before';
    expect(why(permit, { max: '6', tags: ['hot'] })).toEqual([`${unproved} (max)`]);
    const call = { id: 'c', asset: ['ETH'], op: ['call'], contract: token, max: 'any' };
    expect(why(call, { max: undefined, value: '1' })).toEqual([`${unproved} (max, value)`]);
  });

  it('says what comes and goes', () => {
    expect(diffOf({}, { permits: [permit] }).effect).toBe('widens');
    expect(diffOf({ permits: [permit] }, {}).effect).toBe('narrows');
    expect(diffOf({}, { forbids: [forbid], limits: [limit] }).effect).toBe('narrows');
    expect(diffOf({ forbids: [forbid] }, {}).effect).toBe('widens');
    expect(diffOf({ limits: [limit] }, {}).effect).toBe('widens');
    expect(diffOf({ permits: [permit], limits: [limit] }, { permits: [], limits: [] }).effect).toBe('widens');
  });

  it('says what assets, books, groups and the time zone do', () => {
    const before = {
      permits: [{ ...open, to: 'book:partners', needs: ['1 of ops'] }],
      forbids: [{ id: 'f', to: 'book:partners' }],
    };
    const changed = (members: object) => diffOf(before, { ...before, ...members }).effect;
    const entries = [{ address: partner }];
    const addresses = (...list: object[]) => ({ books: { partners: { entries: list } } });
    expect(changed(addresses(...entries, { address: receiver }))).toBe('widens');
    expect(diffOf({ permits: before.permits }, { permits: before.permits, ...addresses() }).effect).toBe('narrows');
    expect(diffOf({ forbids: before.forbids }, { forbids: before.forbids, ...addresses() }).effect).toBe('widens');
    expect(changed({ groups: { ops: ['ann', 'bob', 'cid', 'dan'], risk: ['bob', 'rob'] } })).toBe('widens');
    expect(changed({ groups: { ops: ['ann', 'bob'], risk: ['bob', 'rob'] } })).toBe('narrows');
    expect(changed({ groups: { ops: ['ann', 'bob', 'cid'] } })).toBe('widens');
    const assets = (decimals: number) => ({ assets: { ETH: { network: 'mainnet', chain: 'ETH', decimals } } });
    expect(diffOf({ ...assets(18) }, { ...assets(17) }).effect).toBe('widens');
    expect(changed({ timeZone: 'Europe/Vienna' })).toBe('same');
    const timed = { limits: [{ ...limit, rolling: undefined, calendar: 'day' }] };
    expect(diffOf(timed, { ...timed, timeZone: 'Europe/Vienna' }).effect).toBe('widens');
    expect(diffOf({}, { assets: {} }).effect).toBe('narrows');
  });

  it('that is not said to widen allows no transaction that was not allowed before', () => {
    const versions = fc.tuple(rules, rules, fc.subarray(['permits', 'forbids', 'limits'] as const));
    let narrowing = 0;
    fc.assert(
      fc.property(versions, facts, ([one, other, changed], about) => {
        const before = documentOf(one);
        const next = documentOf(other);
        const after = { ...before, ...Object.fromEntries(changed.map((kind) => [kind, next[kind]])) };
        if (diffOf(before, after).effect === 'widens') return;
        narrowing++;
        expect(rank[judged(after, given(about)).verdict]).toBeLessThanOrEqual(
          rank[judged(before, given(about)).verdict],
        );
      }),
      { numRuns: 600 },
    );
    expect(narrowing).toBeGreaterThan(50);
  });

  it('that has one rule in another form, and is not said to widen, allows nothing new', () => {
    const kinds = ['permits', 'forbids', 'limits'] as const;
    const changes = fc.tuple(
      rules,
      rules,
      fc.constantFrom(...kinds),
      fc.nat(3),
      fc.array(fc.nat(30), { maxLength: 3 }),
    );
    let narrowing = 0;
    fc.assert(
      fc.property(changes, facts, ([one, other, kind, place, members], about) => {
        const [before, next] = [documentOf(one), documentOf(other)];
        const [from, to] = [before[kind][place], next[kind][0]] as Readonly<Record<string, unknown>>[];
        if (from === undefined || to === undefined) return;
        const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].filter((name) => name !== 'id');
        const changed = members.map((at) => names[at % names.length] ?? 'to');
        const rule = { ...from, ...Object.fromEntries(changed.map((name) => [name, to[name]])) };
        const after = { ...before, [kind]: before[kind].map((known) => (known === from ? rule : known)) };
        if (!isPolicy(after) || diffOf(before, after).effect === 'widens') return;
        narrowing++;
        expect(rank[judged(after, given(about)).verdict]).toBeLessThanOrEqual(
          rank[judged(before, given(about)).verdict],
        );
      }),
      { numRuns: 800 },
    );
    expect(narrowing).toBeGreaterThan(50);
  });

  it('that declares another coin widens, because what paid its fee in that coin was denied', () => {
    const { USDC, ETH } = empty.assets;
    const before = { assets: { USDC }, permits: [{ id: 'p', asset: 'USDC', to: 'any', max: 'any' }] };
    const after = { ...before, assets: { USDC, ETH } };
    const given = { effects: [sends(1n), fee] };
    expect([judged(before, given).verdict, judged(after, given).verdict]).toEqual(['deny', 'allow']);
    expect(diffOf(before, after)).toEqual({
      effect: 'widens',
      changes: [{ what: 'ETH', effect: 'widens', why: 'the asset is declared, so fees may be paid in it' }],
    });
  });

  it('without the coin that is not said to widen allows nothing new either, whatever it declares', () => {
    const versions = fc.tuple(rules, rules, fc.subarray(['permits', 'forbids', 'limits', 'assets'] as const));
    let narrowing = 0;
    fc.assert(
      fc.property(versions, facts, ([one, other, changed], about) => {
        const before = withoutCoin(documentOf(one));
        const next = { ...withoutCoin(documentOf(other)), assets: empty.assets };
        const after = { ...before, ...Object.fromEntries(changed.map((kind) => [kind, next[kind]])) };
        if (diffOf(before, after).effect === 'widens') return;
        narrowing++;
        const facts = given(inTokens(about));
        expect(rank[judged(after, facts).verdict]).toBeLessThanOrEqual(rank[judged(before, facts).verdict]);
      }),
      { numRuns: 600 },
    );
    expect(narrowing).toBeGreaterThan(50);
  });

  it.each<[string, object, object, Partial<PolicyFacts>]>([
    [
      'a forbid that names any receiver no longer means statements',
      { forbids: [{ id: 'f' }] },
      { forbids: [{ id: 'f', to: 'any' }] },
      { effects: [message, fee] },
    ],
    [
      'a forbid that named messages means none of them without an op',
      { forbids: [{ id: 'f', op: ['message'], to: partner }] },
      { forbids: [{ id: 'f', to: partner }] },
      { effects: [message, fee] },
    ],
    [
      'a limit that names any receiver does not count what only leaves a note',
      { limits: [{ id: 'l', count: 1, rolling: '24h' }] },
      { limits: [{ id: 'l', count: 1, rolling: '24h', to: 'any' }] },
      { effects: [note, fee], used: () => 1n },
    ],
    [
      'a permit that covers fewer receivers counts fewer of them together',
      {
        permits: [
          { ...most, to: [partner, receiver] },
          { ...most, id: 'q', to: receiver, max: '5' },
        ],
      },
      {
        permits: [
          { ...most, to: partner },
          { ...most, id: 'q', to: receiver, max: '5' },
        ],
      },
      { effects: [pays(5n * ether), pays(10n * ether, { to: partner }), fee] },
    ],
    [
      'a book with fewer receivers has a permit count fewer of them together',
      {
        permits: [
          { ...most, to: 'book:partners' },
          { ...most, id: 'q', to: receiver, max: '5' },
        ],
        ...book(partner, receiver),
      },
      {
        permits: [
          { ...most, to: 'book:partners' },
          { ...most, id: 'q', to: receiver, max: '5' },
        ],
        ...book(partner),
      },
      { effects: [pays(5n * ether), pays(10n * ether, { to: partner }), fee] },
    ],
  ])('widens where %s', (_why, one, other, about) => {
    const all = [{ id: 'all', op: ['message', 'note', 'transfer'], to: 'any', asset: 'any', max: 'any' }];
    const [before, after] = [one, other].map((rules) => ({ permits: all, ...rules }));
    expect([judged(before as never, about).verdict, judged(after as never, about).verdict]).toEqual(['deny', 'allow']);
    expect(diffOf(before as object, after as object).effect).toBe('widens');
  });

  it.each([
    ['the other one covers nothing that it no longer counts', {}, { to: partner }],
    ['the other one is a shadow', {}, { shadow: true }],
    ['the other one is about sweeps', {}, { sweep: true, to: 'own' }],
    ['the other one is about another asset', {}, { asset: ['USDC'], max: { USDC: '5' } }],
    ['it had no ceiling for all together before', { max: 'any' }, {}],
  ])('narrows where a permit with fewer receivers stands beside another one, and %s', (_why, first, other) => {
    const q = { ...most, id: 'q', to: receiver, max: '5', ...other };
    const before = { permits: [{ ...most, to: [partner, receiver], ...first }, q] };
    expect(diffOf(before, { permits: [{ ...most, to: partner }, q] }).effect).toBe('narrows');
  });

  it('compares contracts whatever their spelling', () => {
    const call = { id: 'c', op: ['call'], contract: token };
    expect(rule('permits', call, { contract: token.replace('a0b8', 'A0B8') })).toBe('same');
  });
});
