import { describe, expect, it } from 'vitest';
import { readPolicy } from '../../../src/policy/document/read.js';
import { checkPolicy } from '../../../src/policy/statics/check.js';
import { empty, open, partner, policyText, receiver, token } from '../../support/policies.js';

const chains = ['ETH', 'BTC', 'BASE'];
const quiet = { books: {}, groups: {}, assets: { ETH: empty.assets.ETH } };
const found = (members: object) =>
  checkPolicy(readPolicy(policyText({ ...quiet, ...members })), chains).map(
    ({ level, what, text }) => `${level} ${what}: ${text}`,
  );

describe('a check of a policy', () => {
  it('finds nothing in a plain one', () => {
    const limits = [{ id: 'day', asset: 'ETH', calendar: 'day', max: '5' }];
    expect(found({ permits: [{ id: 'p', to: receiver, max: '1' }], limits })).toEqual([]);
  });

  it.each([
    [
      'an unknown chain',
      { permits: [{ ...open, chain: ['ETH', 'DOT'] }] },
      'mistake open: names the unknown chain DOT',
    ],
    [
      'an asset of an unknown chain',
      { assets: { D: { network: 'mainnet', chain: 'DOT', decimals: 1 } } },
      'mistake D: names the unknown',
    ],
    [
      'an entry of an unknown chain',
      { books: { b: { entries: [{ address: 'x', chain: ['DOT'] }] } } },
      'mistake book b: names the unknown',
    ],
    ['an empty list', { forbids: [{ id: 'f', tags: [] }] }, 'mistake f: never applies'],
    [
      'assets elsewhere',
      { permits: [{ ...open, asset: 'ETH', chain: ['BASE'] }] },
      'mistake open: is not reached: its assets',
    ],
    [
      'another network',
      { permits: [{ ...open, asset: 'ETH', network: ['testnet'] }] },
      'mistake open: is not reached: its assets',
    ],
    ['a forbid of all', { permits: [open], forbids: [{ id: 'f' }] }, 'mistake open: is not reached: f forbids all'],
    [
      'a wider permit',
      { permits: [open, { ...open, id: 'small', max: '1', to: receiver, asset: 'ETH' }] },
      'note small: adds nothing to open',
    ],
    ['two equal permits', { permits: [open, { ...open, id: 'twin' }] }, 'note twin: adds nothing to open'],
    [
      'a limit below a ceiling',
      { permits: [{ id: 'p', to: 'any', max: '6' }], limits: [day('5')] },
      'note p: permits more at once than day',
    ],
    [
      'a demand of too many',
      { groups: { a: ['x'] }, permits: [{ ...open, needs: ['2 of a'] }] },
      'mistake open: needs 2 of a, which has 1',
    ],
    [
      'the same person twice',
      { groups: { a: ['x'], b: ['x'] }, permits: [{ ...open, needs: ['1 of a', '1 of b'] }] },
      'needs 2 different persons',
    ],
    [
      'a group elsewhere',
      { permits: [{ ...open, needs: ['1 of board'] }] },
      'note open: leaves the group board to the constitution',
    ],
    [
      'an empty book',
      { books: { b: { entries: [] } }, permits: [{ ...open, to: 'book:b' }] },
      'note open: names the book b, which is empty',
    ],
    ['a mistyped word', { forbids: [{ id: 'f', to: 'Own' }] }, 'mistake f: names own, which is an address of no chain'],
    [
      'half an address',
      { forbids: [{ id: 'f', contract: ['0x5b38'] }] },
      'mistake f: names 0x5b38, which is an address of no chain',
    ],
    [
      'half an address in a book',
      { books: { b: { entries: [{ address: '0x5b38' }] } } },
      'mistake book b: names 0x5b38, which is an address of no chain',
    ],
    ['an unused book', { books: { b: { entries: [] } } }, 'note book b: is not named by any rule'],
    ['an unused group', { groups: { a: ['x'] } }, 'note group a: is not named by any rule'],
    [
      'an unused token',
      { assets: { T: { ...empty.assets.USDC, token } } },
      'note T: is declared, and no rule names it',
    ],
    [
      'a forbid without an op',
      { forbids: [{ id: 'f', contract: token }] },
      'note f: also forbids every part that has no contract',
    ],
    ['a limit elsewhere', { limits: [{ ...day('1'), chain: ['BTC'] }] }, 'mistake day: never applies: ETH is on ETH'],
  ])('finds %s', (_what, members, text) => {
    expect(found(members).join('\n')).toContain(text);
  });

  it('finds nothing in an address as short as any chain has, nor in a limit as high as a ceiling', () => {
    const to = '0123456789abcdef';
    const permits = [{ id: 'p', to, max: '5' }];
    expect(found({ permits, limits: [day('5')] })).toEqual([]);
    expect(found({ permits: [{ ...permits[0], to: to.slice(1) }] })).toHaveLength(1);
  });

  it('finds a limit of a token used, and a limit of a count not', () => {
    const assets = { ...empty.assets, BTC: undefined, T: { ...empty.assets.USDC, token } };
    const limits = [{ ...day('1'), asset: 'T' }];
    expect(found({ assets: { ETH: assets.ETH, T: assets.T }, limits })).toEqual([]);
    const counts = [{ id: 'few', asset: ['T'], count: 3, rolling: '1h', op: ['transfer'] }];
    expect(found({ assets: { ETH: assets.ETH, T: assets.T }, limits: counts })).toEqual([]);
  });

  it('does not call a permit unreached that is forbidden only in part', () => {
    const permits = [{ id: 'p', to: [receiver, partner], max: '1' }];
    expect(found({ permits, forbids: [{ id: 'f', to: partner }] })).toEqual([]);
    expect(found({ permits, forbids: [{ id: 'f', code: ['allowance'] }] })).toEqual([]);
    expect(found({ permits, forbids: [{ id: 'f', shadow: true }] })).toEqual([]);
  });

  function day(max: string) {
    return { id: 'day', asset: 'ETH', calendar: 'day', max };
  }
});
