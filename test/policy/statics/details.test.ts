import { describe, expect, it } from 'vitest';
import { readPolicy } from '../../../src/policy/document/read.js';
import { diffPolicies } from '../../../src/policy/statics/diff.js';
import { partner, policyText, receiver, token } from '../../support/policies.js';

const diffOf = (before: object, after: object) =>
  diffPolicies(readPolicy(policyText(before as never)), readPolicy(policyText(after as never)));
const effectOf = (before: object, after: object) =>
  diffOf({ permits: [{ ...call, ...before }] }, { permits: [{ ...call, ...before, ...after }] }).effect;

const call = {
  id: 'c',
  chain: ['ETH'],
  asset: ['ETH'],
  op: ['call'],
  contract: token,
  method: 'mint(address,uint256)',
};
const payment = { op: ['transfer'], contract: undefined, method: undefined, asset: ['ETH'], to: 'any', max: '5' };
const called = { contract: token, method: 'mint(address,uint256)' };
const one = { args: [{ at: 0, max: '10' }] };
const named = { args: [{ at: 0, is: partner }] };
const two = {
  accounts: [
    { at: 0, is: 'self' },
    { at: 1, is: 'self' },
  ],
};
/** Narrows by itself, so that what stands beside it decides. */
const tagged = { tags: ['hot'] };

describe('a permit whose details change', () => {
  it.each([
    ['a longer beginning of the data', { dataPrefix: 'a0b1' }, { dataPrefix: 'a0b1c2' }, 'narrows'],
    ['another beginning of the data', { dataPrefix: 'a0b1' }, { dataPrefix: 'a1b1c2' }, 'widens'],
    ['a shorter beginning of the data', { dataPrefix: 'a0b1' }, { dataPrefix: 'a0' }, 'widens'],
    ['no beginning of the data', { dataPrefix: 'a0b1' }, { dataPrefix: undefined }, 'widens'],
    ['a lower argument', { args: [{ at: 0, max: '10' }] }, { args: [{ at: 0, max: '9' }] }, 'narrows'],
    ['a higher argument', { args: [{ at: 0, max: '10' }] }, { args: [{ at: 0, max: '11' }] }, 'widens'],
    ['an argument at another place', { args: [{ at: 0, max: '10' }] }, { args: [{ at: 1, max: '10' }] }, 'widens'],
    [
      'another bound argument',
      one,
      {
        args: [
          { at: 0, max: '10' },
          { at: 1, max: '5' },
        ],
      },
      'narrows',
    ],
    ['no bound of arguments', { args: [{ at: 0, max: '10' }] }, { args: undefined }, 'widens'],
    ['an argument that is named instead of bound', one, { args: [{ at: 0, is: partner }] }, 'widens'],
    ['an argument that is bound instead of named', named, { args: [{ at: 0, max: '10' }] }, 'widens'],
    ['a choice for an argument', named, { args: [{ at: 0, is: [partner, receiver] }] }, 'widens'],
    ['an argument that is bound as well', named, { args: [{ at: 0, is: partner, max: '1' }] }, 'narrows'],
    [
      'an account at another place',
      { accounts: [{ at: 0, is: 'self' }] },
      { accounts: [{ at: 1, is: 'self' }] },
      'widens',
    ],
    ['an account more', { accounts: [{ at: 0, is: 'self' }] }, two, 'narrows'],
    ['an end that is earlier', { hours: '09:00-17:00' }, { hours: '09:00-16:00' }, 'narrows'],
    ['a start that is later', { hours: '09:00-17:00' }, { hours: '10:00-17:00' }, 'narrows'],
    ['an end that is later', { hours: '09:00-17:00' }, { hours: '09:00-18:00' }, 'widens'],
    ['a start that is earlier', { hours: '09:00-17:00' }, { hours: '08:00-17:00' }, 'widens'],
    ['hours of the night instead of the day', { hours: '09:00-17:00' }, { hours: '16:00-10:00' }, 'widens'],
    ['hours inside those of a night', { hours: '22:00-06:00' }, { hours: '23:00-23:30' }, 'widens'],
    ['hours that have the end of a night', { hours: '22:00-06:00' }, { hours: '22:00-06:30' }, 'widens'],
    ['hours that have the start of a night', { hours: '22:00-06:00' }, { hours: '21:00-06:00' }, 'widens'],
    ['the same night and a tag', { hours: '22:00-06:00' }, tagged, 'narrows'],
    ['no hours', { hours: '09:00-17:00' }, { hours: undefined }, 'widens'],
    ['a tag, without any ceiling', {}, tagged, 'narrows'],
    ['a ceiling where there was none', {}, { max: '5' }, 'widens'],
    ['no ceiling where there was one', payment, { op: ['call'], to: undefined, max: undefined, ...called }, 'widens'],
    ['coins that go along', {}, { value: '1' }, 'widens'],
    ['no coins that go along', { value: '1' }, { value: undefined }, 'widens'],
    ['fewer coins that go along', { value: '2' }, { value: '1' }, 'narrows'],
    ['more coins that go along', { value: '1' }, { value: '2' }, 'widens'],
    ['the same coins and a tag', { value: '1' }, tagged, 'narrows'],
    ['no bound of coins besides its ceiling', { ...payment, value: '1' }, { value: undefined }, 'widens'],
    ['a bound of coins besides its ceiling', payment, { value: '1' }, 'narrows'],
    ['a lower fee', { feeMax: '0.1' }, { feeMax: '0.05' }, 'narrows'],
    ['a higher fee', { feeMax: '0.1' }, { feeMax: '0.2' }, 'widens'],
    ['the same fee and a tag', { feeMax: '0.1' }, tagged, 'narrows'],
    ['a fee in another asset', { feeMax: { ETH: '1' } }, { feeMax: { ETH: '1', USDC: '1' } }, 'widens'],
    ['as many outputs and a tag', { ...payment, outputs: { max: 2 } }, tagged, 'narrows'],
    ['more outputs', { ...payment, outputs: { max: 2 } }, { outputs: { max: 3 } }, 'widens'],
    ['fewer instructions', { instructions: { max: 2 } }, { instructions: { max: 1 } }, 'narrows'],
    ['a higher fee rate', { feeRateMax: '80' }, { feeRateMax: '80.01' }, 'widens'],
  ])('with %s says so', (_what, before, after, effect) => {
    expect(effectOf(before, after)).toBe(effect);
  });
});

describe('a book that permits name', () => {
  const permits = [{ id: 'p', asset: ['ETH'], to: 'book:b', max: '1' }];
  const listed = (...entries: object[]) => ({ permits, books: { b: { coolDown: '1h', entries } } });
  const usable = (hour: number, more: object = {}) => ({
    address: partner,
    since: `2026-07-01T${String(hour).padStart(2, '0')}:00:00Z`,
    ...more,
  });

  it.each([
    ['the same entries beside one that goes', [usable(8)], 'narrows'],
    ['a later moment', [usable(9)], 'narrows'],
    ['an earlier moment', [usable(7)], 'widens'],
    ['another address', [usable(8, { address: receiver })], 'widens'],
    ['fewer chains', [usable(8, { chain: ['ETH'] })], 'narrows'],
  ])('and has %s says so', (_what, entries, effect) => {
    const other = { address: token, since: '2026-07-01T08:00:00Z' };
    expect(diffOf(listed(usable(8), other), listed(...entries)).effect).toBe(effect);
  });

  it.each([
    ['one chain less', ['ETH'], 'narrows'],
    ['one chain more', ['ETH', 'BASE', 'BSC'], 'widens'],
    ['every chain', undefined, 'widens'],
  ])('and has an address on %s says so', (_what, chain, effect) => {
    const before = listed(usable(8, { chain: ['ETH', 'BASE'] }));
    expect(diffOf(before, listed(usable(8, chain && { chain }))).effect).toBe(effect);
  });
});

it('a group that comes and one that goes are named as such', () => {
  const why = (before: object, after: object) => diffOf({ groups: before }, { groups: after }).changes[0]?.why;
  expect(why({}, { ops: ['ann'] })).toBe('the policy declares the group');
  expect(why({ ops: ['ann'] }, {})).toBe('the policy no longer declares the group');
});
