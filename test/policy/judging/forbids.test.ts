import { describe, expect, it } from 'vitest';
import { fee, judged, open, partner, pays, receiver, sender, sends, token, verdictOf } from '../../support/policies.js';

const anything = {
  ...open,
  op: ['transfer', 'token-transfer', 'call', 'note', 'account'],
  code: ['account-control', 'opaque-data'],
};
const forbidden = (members: object, given: Parameters<typeof verdictOf>[1] = {}) =>
  verdictOf({ permits: [anything], forbids: [{ id: 'no', ...members }] }, given) === 'deny';

describe('a forbid', () => {
  it('denies what it matches, whatever is permitted', () => {
    const { verdict, forbidden: by, reasons } = judged({ permits: [open], forbids: [{ id: 'no', to: receiver }] });
    expect({ verdict, by, reasons }).toEqual({ verdict: 'deny', by: ['no'], reasons: ['no forbids it'] });
    expect(forbidden({ to: partner })).toBe(false);
  });

  it('denies a transaction of which one effect matches', () => {
    expect(forbidden({ to: partner }, { effects: [pays(1n), pays(1n, { to: partner }), fee] })).toBe(true);
  });

  it('means an address of XDC Network in either of its prefixes, and so does a permit', () => {
    const xdc = { ...pays(1n), to: `xdc${'ab'.repeat(20)}` };
    const to = [`0x${'AB'.repeat(20)}`, `xdc${'ab'.repeat(20)}`, `XDC${'AB'.repeat(20)}`];
    for (const one of to) {
      expect(forbidden({ to: one }, { effects: [xdc, fee] })).toBe(true);
      expect(verdictOf({ permits: [{ ...open, to: one }] }, { effects: [xdc, fee] })).toBe('allow');
    }
    expect(forbidden({ to: `0x${'ac'.repeat(20)}` }, { effects: [xdc, fee] })).toBe(false);
  });

  it('without any condition denies everything', () => {
    expect(forbidden({})).toBe(true);
  });

  it.each([
    ['to', { to: partner }, { op: 'call' }],
    ['contract', { contract: partner }, { op: 'transfer', to: receiver }],
    ['method', { method: 'a()' }, { op: 'call', to: receiver }],
    ['args', { args: [{ at: 0, max: '1' }] }, { op: 'call', to: receiver }],
    ['accounts', { accounts: [{ at: 0, is: partner }] }, { op: 'call', to: receiver }],
    ['dataPrefix', { dataPrefix: 'ab' }, { op: 'call', to: receiver }],
  ])('matches an effect whose %s is absent', (_name, members, effect) => {
    expect(forbidden(members, { effects: [{ from: sender, ...effect } as never, fee] })).toBe(true);
  });

  it.each([
    ['a list', '[1, 2]', true],
    ['a number below zero', '-1', true],
    ['no number', 'many', true],
    ['a greater number', '6', false],
  ])('of a greatest argument takes what it cannot read as meant: %s', (_what, value, isMeant) => {
    const call = { op: 'call', from: sender, to: receiver, args: [{ name: 'x', value }] } as const;
    expect(forbidden({ args: [{ at: 0, max: '5' }] }, { effects: [call, fee] })).toBe(isMeant);
  });

  it('of an address takes a list of addresses as meant', () => {
    const call = (value: string) => ({ op: 'call', from: sender, to: receiver, args: [{ name: 'x', value }] }) as const;
    const args = [{ at: 0, is: partner }];
    expect(forbidden({ args }, { effects: [call(`[${receiver}, ${partner}]`), fee] })).toBe(true);
    expect(forbidden({ args }, { effects: [call(receiver), fee] })).toBe(false);
  });

  it('means a call of which any argument of a name is meant', () => {
    const call = (...values: readonly string[]) =>
      ({ op: 'call', from: sender, to: receiver, args: values.map((value) => ({ name: 'address', value })) }) as const;
    const args = [{ at: 'address', is: partner }];
    expect(forbidden({ args }, { effects: [call(receiver, partner), fee] })).toBe(true);
    expect(forbidden({ args }, { effects: [call(partner, receiver), fee] })).toBe(true);
    expect(forbidden({ args }, { effects: [call(receiver, receiver), fee] })).toBe(false);
    expect(forbidden({ args }, { effects: [call(), fee] })).toBe(true);
  });

  it('of an asset matches an effect that names none, but not one of another asset', () => {
    const call = { op: 'call', from: sender, to: receiver } as const;
    expect(forbidden({ asset: 'USDC' }, { effects: [call, fee] })).toBe(true);
    expect(forbidden({ asset: 'USDC' }, { effects: [sends(1n), fee] })).toBe(true);
    expect(forbidden({ asset: 'USDC' })).toBe(false);
  });

  it('matches wallets of which it knows no tag or owner, and no initiator', () => {
    const wallets = [{ id: '00000000-0000-4000-8000-000000000001' }];
    expect(forbidden({ tags: ['cold'] }, { wallets })).toBe(true);
    expect(forbidden({ owner: ['x'] }, { wallets })).toBe(true);
    expect(forbidden({ initiator: ['x'] })).toBe(true);
    expect(forbidden({ initiator: ['x'] }, { initiator: 'y' })).toBe(false);
    expect(forbidden({ tags: ['cold'] }, { wallets: [] })).toBe(true);
    expect(forbidden({ wallets: ['00000000-0000-4000-8000-000000000002'] }, { wallets: [] })).toBe(true);
    expect(forbidden({ wallets: ['00000000-0000-4000-8000-000000000002'] })).toBe(false);
    expect(forbidden({ tags: ['cold'] })).toBe(false);
  });

  it('matches a transaction of which one wallet is meant', () => {
    const wallets = [
      { id: '00000000-0000-4000-8000-000000000001', tags: ['hot'], owner: 'a' },
      { id: '00000000-0000-4000-8000-000000000002', tags: ['cold'], owner: 'b' },
    ];
    expect(forbidden({ tags: ['cold'] }, { wallets })).toBe(true);
    expect(forbidden({ owner: ['b'] }, { wallets })).toBe(true);
  });

  it('of a code means effects with that code', () => {
    const bad = { op: 'account', from: sender, to: receiver, code: 'account-control' } as const;
    expect(forbidden({ code: ['account-control'] }, { effects: [bad, fee] })).toBe(true);
    expect(forbidden({ code: ['closes-account'] }, { effects: [bad, fee] })).toBe(false);
    expect(forbidden({ code: ['account-control'] })).toBe(false);
  });

  it('means a note or a fee only where it names the operation, or the note has a code', () => {
    const note = { op: 'note', from: sender } as const;
    expect(forbidden({ to: partner }, { effects: [pays(1n), note, fee] })).toBe(false);
    expect(forbidden({ to: partner, op: ['note'] }, { effects: [pays(1n), note, fee] })).toBe(true);
    expect(forbidden({ to: partner }, { effects: [pays(1n), { ...note, code: 'opaque-data' }, fee] })).toBe(true);
    expect(forbidden({ op: ['fee'], from: sender })).toBe(true);
  });

  it('is not escaped by another spelling of an address', () => {
    const to = 'TJRabPrwbZy45sbavfcjinPJC18kjpRTv8';
    expect(forbidden({ to: to.toLowerCase() }, { effects: [pays(1n, { to }), fee] })).toBe(true);
    expect(forbidden({ contract: token.toUpperCase() }, { effects: [sends(1n), fee] })).toBe(true);
  });

  it('counts addresses of a book at once, whatever its cool-down', () => {
    const books = { bad: { coolDown: '24h', entries: [{ address: receiver, since: '2026-07-15T12:00:00Z' }] } };
    expect(verdictOf({ permits: [open], books, forbids: [{ id: 'no', to: 'book:bad' }] })).toBe('deny');
  });

  it('holds only within its days and hours', () => {
    expect(forbidden({ hours: '12:00-13:00' })).toBe(true);
    expect(forbidden({ hours: '11:00-12:00' })).toBe(false);
    expect(forbidden({ days: 'sat-sun' })).toBe(false);
    expect(forbidden({ days: 'tue-thu' })).toBe(true);
  });

  it('with an empty list matches nothing', () => {
    expect(forbidden({ to: [] })).toBe(false);
    expect(forbidden({ tags: [] }, { wallets: [] })).toBe(false);
  });
});

describe('a shadow rule', () => {
  it('decides nothing, and the judgement says what it would do', () => {
    const shadow = true;
    const members = {
      permits: [
        { ...open, asset: 'ETH' },
        { ...open, id: 'tokens', asset: 'USDC', shadow },
      ],
      forbids: [{ id: 'no', shadow, to: receiver }],
      limits: [{ id: 'day', shadow, asset: 'ETH', calendar: 'day', max: '0' }],
    };
    const one = judged(members);
    expect(one.verdict).toBe('allow');
    expect(one.charges).toEqual([]);
    expect(one.shadow).toEqual([
      { rule: 'no', would: 'forbid' },
      { rule: 'day', would: 'exceed' },
    ]);
    const two = judged(members, { effects: [sends(1n), fee] });
    expect(two.verdict).toBe('deny');
    expect(two.shadow[0]).toEqual({ rule: 'tokens', would: 'cover' });
  });
});
