import { describe, expect, it } from 'vitest';
import {
  approves,
  ether,
  factsOf,
  fee,
  judged,
  open,
  partner,
  pays,
  permitted,
  receiver,
  sender,
  sends,
  token,
  verdictOf,
} from '../../support/policies.js';

const max = (amount: string, more: object = {}) => [{ id: 'p', asset: 'ETH', to: 'any', max: amount, ...more }];

describe('a policy without rules', () => {
  it('denies everything', () => {
    const { verdict, reasons } = judged({});
    expect(verdict).toBe('deny');
    expect(reasons[0]).toBe(`no permit covers transfer of 1 ETH to ${receiver}`);
  });
});

describe('a permit', () => {
  it('covers up to its ceiling and no unit more', () => {
    expect(permitted(max('1'))).toBe('allow');
    expect(permitted(max('1'), { effects: [pays(ether + 1n), fee] })).toBe('deny');
    expect(permitted(max('0.999999999999999999'))).toBe('deny');
  });

  it('compares amounts beyond 2^53 exactly', () => {
    const permits = [{ id: 'p', asset: 'USDC', to: 'any', max: '9007199254.740993' }];
    expect(permitted(permits, { effects: [sends(2n ** 53n + 1n), fee] })).toBe('allow');
    expect(permitted(permits, { effects: [sends(2n ** 53n + 2n), fee] })).toBe('deny');
  });

  it('counts all that it matches in one transaction together', () => {
    const two = [pays(ether / 2n), pays(ether / 2n, { to: partner }), fee];
    expect(permitted(max('1'), { effects: two })).toBe('allow');
    expect(permitted(max('0.9'), { effects: two })).toBe('deny');
  });

  it('does not lend its ceiling to another permit: alternatives do not add up', () => {
    const permits = [...max('1'), { ...max('1')[0], id: 'q' }];
    expect(permitted(permits, { effects: [pays(ether), pays(1n), fee] })).toBe('deny');
  });

  it('never sums different assets', () => {
    const permits = [{ id: 'p', asset: ['ETH', 'USDC'], to: 'any', max: { ETH: '1', USDC: '5' } }];
    expect(permitted(permits, { effects: [pays(ether), sends(5_000_000n), fee] })).toBe('allow');
    expect(permitted(permits, { effects: [sends(5_000_001n), fee] })).toBe('deny');
  });

  it('means the coin where no asset is named', () => {
    const permits = [{ id: 'p', chain: ['ETH'], to: 'any', max: '1' }];
    expect(permitted(permits)).toBe('allow');
    expect(permitted(permits, { effects: [sends(1n), fee] })).toBe('deny');
  });

  it('with a ceiling map of any asset covers only assets of the map', () => {
    const permits = [{ id: 'p', asset: 'any', to: 'any', max: { ETH: '1' } }];
    expect(permitted(permits)).toBe('allow');
    expect(permitted(permits, { effects: [sends(1n), fee] })).toBe('deny');
    expect(permitted(permits, { effects: [sends(0n), fee] })).toBe('allow');
  });

  it.each([
    ['network', { network: ['testnet'] }, { network: ['mainnet'] }],
    ['chain', { chain: ['BSC'], asset: 'ETH' }, { chain: ['BSC', 'ETH'] }],
    [
      'wallets',
      { wallets: ['00000000-0000-4000-8000-000000000002'] },
      { wallets: ['00000000-0000-4000-8000-000000000001'] },
    ],
    ['tags', { tags: ['cold'] }, { tags: ['cold', 'hot'] }],
    ['owner', { owner: ['treasury'] }, { owner: ['desk'] }],
    ['initiator', { initiator: ['token:game'] }, { initiator: ['token:shop'] }],
    ['op', { op: ['token-transfer'] }, { op: ['transfer'] }],
    ['asset', { asset: 'USDC' }, { asset: ['ETH'] }],
    ['from', { from: receiver }, { from: 'self' }],
    ['to', { to: partner }, { to: [partner, receiver] }],
    ['to (book)', { to: 'book:partners' }, { to: ['book:partners', receiver] }],
    ['to (own)', { to: 'own' }, { to: receiver.toUpperCase().replace('0X', '0x') }],
    ['to (self)', { to: 'self' }, { to: 'any' }],
    ['contract', { contract: token }, {}],
    ['method', { method: 'pay()' }, {}],
    ['args', { args: [{ at: 0, max: '1' }] }, {}],
    ['accounts', { accounts: [{ at: 0, is: 'any' }] }, {}],
    ['dataPrefix', { dataPrefix: 'ab' }, {}],
    ['days', { days: 'thu-tue' }, { days: 'wed' }],
    ['hours', { hours: '12:01-12:00' }, { hours: '12:00-12:01' }],
  ])('covers only what meets its %s', (_name, unmet, met) => {
    const given = { initiator: 'token:shop' };
    expect(permitted([{ ...open, ...unmet }], given)).toBe('deny');
    expect(permitted([{ ...open, ...met }], given)).toBe('allow');
  });

  it('names in the tree what is not met', () => {
    const { effects } = judged({ permits: [{ ...open, to: partner }] });
    expect(effects[0]?.misses).toEqual([{ rule: 'open', because: 'to' }]);
  });

  it('of a receiver is considered where that receives something, or where nothing covers', () => {
    const permits = [receiver, partner].map((to) => ({ id: `to-${to.slice(2, 6)}`, asset: 'ETH', to, max: '1' }));
    expect(judged({ permits })).toMatchObject({ verdict: 'allow', considered: 1 });
    expect(judged({ permits }, { effects: [pays(2n * ether), fee] })).toMatchObject({ verdict: 'deny', considered: 2 });
  });

  it('says of sixteen parts why no permit covers them, and of the others only that none does', () => {
    const effects = [...Array.from({ length: 17 }, (_, at) => pays(BigInt(at))), fee];
    const found = judged({ permits: [{ ...open, to: partner }] }, { effects }).effects;
    expect(found.map(({ misses }) => misses.length)).toEqual([...Array(16).fill(1), 0, 0]);
  });

  it.each([
    ['network'],
    ['chain'],
    ['wallets'],
    ['tags'],
    ['owner'],
    ['initiator'],
    ['op'],
    ['code'],
    ['asset'],
    ['to'],
    ['contract'],
    ['method'],
    ['days'],
  ])('with an empty list of %s covers nothing', (name) => {
    expect(permitted([{ ...open, [name]: [] }])).toBe('deny');
  });

  it('does not count on what is unknown: tags, owner, initiator, wallets', () => {
    const wallet = { id: '00000000-0000-4000-8000-000000000001' };
    expect(permitted([{ ...open, tags: ['hot'] }], { wallets: [wallet] })).toBe('deny');
    expect(permitted([{ ...open, owner: ['desk'] }], { wallets: [wallet] })).toBe('deny');
    expect(permitted([{ ...open, initiator: ['token:game'] }])).toBe('deny');
    expect(permitted([{ ...open, tags: ['hot'] }], { wallets: [] })).toBe('deny');
    expect(permitted([{ ...open, wallets: [wallet.id] }], { wallets: [] })).toBe('deny');
    expect(permitted([open], { wallets: [] })).toBe('allow');
  });

  it('wants every wallet that signs to be meant', () => {
    const [hot] = factsOf().wallets;
    const cold = { id: '00000000-0000-4000-8000-000000000002', tags: ['cold'] };
    expect(permitted([{ ...open, tags: ['hot'] }], { wallets: [hot!, cold] })).toBe('deny');
    expect(permitted([{ ...open, tags: ['hot', 'cold'] }], { wallets: [hot!, cold] })).toBe('allow');
  });

  it('judges hours on the clocks of the policy', () => {
    const night = [{ ...open, days: 'thu', hours: '00:00-01:00' }];
    const now = Date.parse('2026-07-15T22:30:00Z');
    expect(verdictOf({ permits: night, timeZone: 'Europe/Vienna' }, { now })).toBe('allow');
    expect(verdictOf({ permits: night, timeZone: 'UTC' }, { now })).toBe('deny');
  });

  it('counts an address of a book only after its cool-down, and on its chains', () => {
    const book = (entry: object) => ({ partners: { coolDown: '24h', entries: [{ address: receiver, ...entry }] } });
    const permits = [{ ...open, to: 'book:partners' }];
    expect(verdictOf({ permits, books: book({ since: '2026-07-14T12:00:00Z' }) })).toBe('allow');
    expect(verdictOf({ permits, books: book({ since: '2026-07-14T12:00:01Z' }) })).toBe('deny');
    expect(verdictOf({ permits, books: book({ since: '2026-01-01T00:00:00Z', chain: ['BSC'] }) })).toBe('deny');
    expect(verdictOf({ permits, books: book({ since: '2026-01-01T00:00:00Z', chain: ['ETH'] }) })).toBe('allow');
  });

  it('compares addresses that are not hexadecimal to the letter', () => {
    const to = 'TJRabPrwbZy45sbavfcjinPJC18kjpRTv8';
    expect(permitted([{ ...open, to }], { effects: [pays(1n, { to }), fee] })).toBe('allow');
    expect(permitted([{ ...open, to: to.toLowerCase() }], { effects: [pays(1n, { to }), fee] })).toBe('deny');
  });
});

describe('a call', () => {
  const call = {
    op: 'call' as const,
    from: sender,
    contract: token,
    method: 'mint(address,uint256)',
    data: 'e517aa',
    args: [
      { name: 'to', value: receiver },
      { name: 'amount', value: '10' },
    ],
    accounts: ['other', sender],
  };
  const rule = { id: 'p', chain: ['ETH'], op: ['call'], contract: token };
  const verdict = (more: object, effect: object = {}) =>
    permitted([{ ...rule, ...more }], { effects: [{ ...call, ...effect }, fee] });

  it('is covered by contract, method, arguments, beginning of its data and accounts', () => {
    const all = {
      method: 'mint(address,uint256)',
      args: [
        { at: 1, max: '10' },
        { at: 'to', is: receiver },
      ],
      dataPrefix: 'e517',
      accounts: [{ at: 1, is: 'self' }],
    };
    expect(verdict(all)).toBe('allow');
    expect(verdict({ ...all, contract: receiver })).toBe('deny');
    expect(verdict({ ...all, method: 'mint(address)' })).toBe('deny');
    expect(verdict({ ...all, dataPrefix: 'e518' })).toBe('deny');
    expect(verdict({ ...all, accounts: [{ at: 0, is: 'self' }] })).toBe('deny');
    expect(verdict({ ...all, accounts: [{ at: 2, is: 'any' }] })).toBe('deny');
    expect(verdict({ ...all, accounts: [{ at: 'payer', is: 'any' }] })).toBe('deny');
  });

  it.each([
    ['above its ceiling', { at: 1, max: '9' }],
    ['that is another one', { at: 'to', is: partner }],
    ['that is missing', { at: 2, max: '10' }],
    ['that is missing by name', { at: 'deadline', is: 'any' }],
    ['that is no number', { at: 0, max: '10' }],
  ])('is not covered with an argument %s', (_what, part) => {
    expect(verdict({ args: [part] })).toBe('deny');
  });

  it('is covered only if every argument of a name is meant', () => {
    const twice = (first: string, second: string) => ({
      args: [
        { name: 'address', value: first },
        { name: 'address', value: second },
      ],
    });
    const args = [{ at: 'address', is: receiver }];
    expect(verdict({ args }, twice(receiver, receiver))).toBe('allow');
    expect(verdict({ args }, twice(receiver, partner))).toBe('deny');
    expect(verdict({ args }, twice(partner, receiver))).toBe('deny');
    expect(verdict({ args: [{ at: 1, is: receiver }] }, twice(partner, receiver))).toBe('allow');
  });

  it('takes no coins along unless value or max says so', () => {
    const paid = { asset: 'ETH', amount: ether };
    expect(verdict({}, { asset: 'ETH', amount: 0n })).toBe('allow');
    expect(verdict({}, paid)).toBe('deny');
    expect(verdict({ value: '1' }, paid)).toBe('allow');
    expect(verdict({ value: '0.9' }, paid)).toBe('deny');
    expect(verdict({ value: '0' })).toBe('allow');
    expect(verdict({ value: { USDC: '1' } }, { asset: 'ETH', amount: 0n })).toBe('allow');
    expect(verdict({ value: { USDC: '1' } }, { asset: 'ETH', amount: 1n })).toBe('deny');
    expect(verdict({ max: '1', asset: 'ETH' }, paid)).toBe('allow');
    expect(verdict({ value: '5', asset: ['ETH', 'USDC'] }, { asset: token, amount: 1n })).toBe('deny');
  });

  it('with an unknown selector or empty data is covered by no method and no beginning', () => {
    const { method: _method, data: _data, ...bare } = call;
    const effects = [bare, fee];
    expect(permitted([{ ...rule, method: 'mint(address,uint256)' }], { effects })).toBe('deny');
    expect(permitted([{ ...rule, dataPrefix: 'e517' }], { effects })).toBe('deny');
    expect(permitted([rule], { effects: [{ ...bare, data: '' }, fee] })).toBe('allow');
    expect(permitted([{ ...rule, dataPrefix: 'e5' }], { effects: [{ ...bare, data: '' }, fee] })).toBe('deny');
  });
});

describe('an effect', () => {
  it('needs a cover of its own: nothing rides along', () => {
    expect(permitted(max('2'), { effects: [pays(ether), sends(1n), fee] })).toBe('deny');
    expect(permitted(max('2'), { effects: [pays(ether), { op: 'note', from: sender }, fee] })).toBe('deny');
    const note = { id: 'n', op: ['transfer', 'note'], to: 'any', max: '2', asset: 'ETH' };
    expect(permitted([note], { effects: [pays(ether), { op: 'note', from: sender }, fee] })).toBe('allow');
  });

  it('of an asset that is not declared, or none, has no cover', () => {
    expect(permitted([open], { effects: [sends(1n, { asset: partner }), fee] })).toBe('deny');
    const { asset: _asset, ...bare } = pays(1n);
    expect(permitted([open], { effects: [bare, fee] })).toBe('deny');
    expect(permitted([{ ...open, op: ['mint'] }], { effects: [{ op: 'mint', from: sender, to: receiver }, fee] })).toBe(
      'deny',
    );
  });

  it('of an asset that is declared on another chain or network has no cover', () => {
    expect(permitted([open], { chain: 'BASE' })).toBe('deny');
    expect(permitted([open], { network: 'testnet' })).toBe('deny');
  });

  it('without an amount has no cover', () => {
    const { amount: _amount, ...bare } = pays(1n);
    expect(permitted([open], { effects: [bare, fee] })).toBe('deny');
    expect(permitted([{ ...open, op: ['call'] }], { effects: [{ ...bare, op: 'call' }, fee] })).toBe('deny');
  });

  it('of a token that is not fungible is one token', () => {
    const { amount: _amount, ...nft } = sends(0n, { tokenId: 0n });
    const permits = (most: string) => [{ id: 'p', asset: 'USDC', to: 'any', max: most }];
    expect(permitted(permits('0.000001'), { effects: [nft, fee] })).toBe('allow');
    expect(permitted(permits('0.000001'), { effects: [nft, nft, fee] })).toBe('deny');
    expect(permitted(permits('0'), { effects: [nft, fee] })).toBe('deny');
    expect(permitted(permits('0.000001'), { effects: [nft, { ...nft }, fee] })).toBe('deny');
  });

  it('with a danger is covered only by a permit that names the code', () => {
    const effects = [{ op: 'account', from: sender, to: receiver, code: 'account-control' } as const, fee];
    expect(permitted([{ ...open, op: ['account'] }], { effects })).toBe('deny');
    expect(permitted([{ ...open, op: ['account'], code: ['closes-account'] }], { effects })).toBe('deny');
    expect(permitted([{ ...open, op: ['account'], code: ['account-control'] }], { effects })).toBe('allow');
  });

  it('that is not understood is covered only by the name opaque-data', () => {
    const effects = [
      { op: 'call', from: sender, to: token, contract: token, code: 'opaque-data', asset: 'ETH', amount: 0n } as const,
      fee,
    ];
    expect(permitted([{ ...open, op: ['call'] }], { effects })).toBe('deny');
    expect(permitted([{ ...open, op: ['call'], code: ['opaque-data'] }], { effects })).toBe('allow');
  });

  it('without a bound is covered only by code and the word unlimited', () => {
    const { amount: _amount, ...all } = sends(0n, { op: 'approve', code: 'unlimited-allowance' });
    const effects = [all, fee];
    const rule = { ...open, op: ['approve'], code: ['unlimited-allowance'] };
    expect(permitted([rule], { effects })).toBe('deny');
    expect(permitted([{ ...rule, max: 'unlimited' }], { effects })).toBe('allow');
    expect(permitted([{ ...rule, max: 'unlimited', asset: 'ETH' }], { effects })).toBe('deny');
    const { code: _code, ...uncoded } = all;
    expect(permitted([{ ...rule, max: 'unlimited' }], { effects: [uncoded, fee] })).toBe('deny');
    const whole = { op: 'account', from: sender, to: receiver, code: 'closes-account' } as const;
    expect(permitted([{ ...open, op: ['account'], code: ['closes-account'] }], { effects: [whole, fee] })).toBe('deny');
    const collection = { ...all, code: 'approve-all', tokenId: 1n } as const;
    expect(permitted([{ ...rule, code: ['approve-all'] }], { effects: [collection, fee] })).toBe('deny');
  });
});

describe('a transaction', () => {
  it('without effects has no cover, whatever is permitted: all of nothing is not everything', () => {
    expect(permitted([open], { effects: [] })).toBe('deny');
    expect(permitted([open], { effects: [fee] })).toBe('deny');
  });

  it('with a negative amount is denied', () => {
    expect(permitted([open], { effects: [pays(-1n), fee] })).toBe('deny');
    expect(permitted([open], { effects: [pays(0n), fee] })).toBe('allow');
    expect(permitted([open], { effects: [pays(1n), { ...fee, amount: -1n }] })).toBe('deny');
  });

  it('without a fee, or with two, is denied', () => {
    expect(permitted([open], { effects: [pays(1n)] })).toBe('deny');
    expect(permitted([open], { effects: [pays(1n), fee, fee] })).toBe('deny');
    // Whoever asks why learns that it is not for want of a permit.
    expect(judged({ permits: [open] }, { effects: [pays(1n)] }).effects).toMatchObject([{ covered: 'permit' }]);
  });

  it('at an unknown time is denied', () => {
    expect(permitted([open], { now: Number.NaN })).toBe('deny');
    expect(permitted([open], { now: -1 })).toBe('deny');
    expect(permitted([open], { now: 9e15 })).toBe('deny');
    expect(permitted([open], { now: 8.64e15 - 8.64e8 })).toBe('allow');
    expect(permitted([open], { now: 8.64e15 - 8.64e8 + 1 })).toBe('deny');
    expect(permitted([open], { now: 0 })).toBe('allow');
  });

  it('may return change to its own keys, which counts for no ceiling', () => {
    const change = pays(100n * ether, { to: sender, own: true });
    expect(
      permitted([{ id: 'p', asset: 'ETH', to: receiver, max: '1' }], { effects: [pays(ether), change, fee] }),
    ).toBe('allow');
    expect(permitted(max('1'), { effects: [pays(ether), change, fee] })).toBe('allow');
    expect(permitted(max('1', { value: '1' }), { effects: [pays(ether), change, fee] })).toBe('allow');
    expect(permitted([{ ...open, to: receiver }], { effects: [change, fee] })).toBe('deny');
    expect(permitted([{ ...open, to: 'self' }], { effects: [change, fee] })).toBe('allow');
  });

  it('may return nothing dangerous as change', () => {
    const change = pays(1n, { to: sender, own: true, code: 'long-lived' });
    expect(permitted([{ ...open, to: receiver }], { effects: [pays(1n), change, fee] })).toBe('deny');
    const account = { op: 'account', from: sender, own: true } as const;
    expect(permitted([{ ...open, to: receiver }], { effects: [pays(1n), account, fee] })).toBe('deny');
    const tokens = sends(1n, { to: sender, own: true });
    expect(permitted([{ ...open, to: receiver }], { effects: [pays(1n), tokens, fee] })).toBe('allow');
  });

  it('has only so many outputs and instructions as the permit says', () => {
    const effects = [pays(1n), pays(2n), { op: 'note', from: sender } as const, fee];
    const rule = { ...open, op: ['transfer', 'note'] };
    expect(permitted([{ ...rule, outputs: { max: 2 } }], { effects })).toBe('allow');
    expect(permitted([{ ...rule, outputs: { max: 1 } }], { effects })).toBe('deny');
    expect(permitted([{ ...open, outputs: { max: 1 } }], { effects: [sends(1n), sends(2n), fee] })).toBe('deny');
    expect(permitted([{ ...rule, instructions: { max: 3 } }], { effects })).toBe('allow');
    expect(permitted([{ ...rule, instructions: { max: 2 } }], { effects })).toBe('deny');
  });
});

describe('a permit with sweep', () => {
  const id = '00000000-0000-4000-8000-000000000001';
  const known = [{ id, tags: ['hot'], compromised: true as const }];
  const other = { id: '00000000-0000-4000-8000-000000000002', tags: ['hot'] };
  const sweep = { ...open, sweep: true };

  it('covers what a compromised wallet sends, and nothing else does', () => {
    expect(permitted([sweep], { wallets: known })).toBe('allow');
    expect(permitted([open], { wallets: known })).toBe('deny');
    expect(permitted([{ ...open, sweep: false }], { wallets: known })).toBe('deny');
    expect(permitted([sweep], { wallets: [other, ...known] })).toBe('allow');
    expect(permitted([open], { wallets: [other, ...known] })).toBe('deny');
    expect(judged({ permits: [open] }, { wallets: known }).reasons.at(-1)).toBe(
      `wallet ${id} is marked as compromised: only permits with sweep count`,
    );
    expect(judged({ permits: [sweep] }, { wallets: known }).reasons).toEqual([]);
  });

  it('covers nothing of a wallet that is not compromised', () => {
    expect(permitted([sweep])).toBe('deny');
    expect(permitted([sweep], { wallets: [] })).toBe('deny');
    expect(permitted([sweep, { ...open, id: 'q' }])).toBe('allow');
    const { effects } = judged({ permits: [sweep] });
    expect(effects[0]?.misses).toEqual([{ rule: 'open', because: 'sweep' }]);
  });

  it('keeps to its other conditions', () => {
    expect(permitted([{ ...sweep, to: partner }], { wallets: known })).toBe('deny');
    expect(permitted([{ ...sweep, needs: ['1 of ops'] }], { wallets: known })).toBe('hold');
  });
});

describe('a fee', () => {
  it('goes with what is covered, up to feeMax', () => {
    expect(permitted(max('1', { feeMax: '0.001' }))).toBe('allow');
    expect(permitted(max('1', { feeMax: '0.000999' }))).toBe('deny');
    expect(permitted(max('1', { feeMax: { USDC: '9' } }))).toBe('deny');
  });

  it('in an asset that is not declared, or without an amount, has no cover', () => {
    expect(permitted([open], { effects: [pays(1n), { ...fee, asset: partner }] })).toBe('deny');
    const { amount: _amount, ...bare } = fee;
    expect(permitted([open], { effects: [pays(1n), bare] })).toBe('deny');
    expect(permitted([{ ...open, feeMax: { ETH: '1' } }], { effects: [pays(1n), { op: 'fee', from: sender }] })).toBe(
      'deny',
    );
  });

  it('has a rate of at most feeRateMax', () => {
    expect(permitted(max('1', { feeRateMax: '80' }), { feeRate: 80 })).toBe('allow');
    expect(permitted(max('1', { feeRateMax: '80.25' }), { feeRate: 80.25 })).toBe('allow');
    expect(permitted(max('1', { feeRateMax: '80.25' }), { feeRate: 80.26 })).toBe('deny');
    expect(permitted(max('1', { feeRateMax: '80' }))).toBe('deny');
    expect(permitted(max('1', { feeRateMax: '80' }), { feeRate: 0 })).toBe('allow');
    expect(permitted(max('1', { feeRateMax: '80' }), { feeRate: Number.NaN })).toBe('deny');
    expect(permitted(max('1', { feeRateMax: '80' }), { feeRate: -1 })).toBe('deny');
  });

  it('cannot be freed of its ceiling by another effect', () => {
    const permits = [...max('1', { feeMax: '0' }), { id: 'q', asset: 'USDC', to: 'any', max: 'any' }];
    expect(permitted(permits)).toBe('deny');
    expect(permitted(permits, { effects: [pays(ether), sends(1n), fee] })).toBe('deny');
  });
});

describe('approvals', () => {
  const permits = [{ ...open, needs: ['2 of ops', '1 of risk'], class: 'decoded' }];

  it('that are missing hold the transaction, and are named', () => {
    const { verdict, missing, reasons } = judged({ permits }, { approvals: approves('ann') });
    expect(verdict).toBe('hold');
    expect(missing).toEqual([
      {
        rule: 'open',
        demands: [
          { count: 1, group: 'ops' },
          { count: 1, group: 'risk' },
        ],
      },
    ]);
    expect(reasons).toEqual(['open still needs 1 of ops and 1 of risk']);
  });

  it('count once for a person among all demands of a rule', () => {
    expect(permitted(permits, { approvals: approves('ann', 'bob') })).toBe('hold');
    expect(permitted(permits, { approvals: approves('ann', 'ann', 'rob') })).toBe('hold');
    expect(permitted(permits, { approvals: approves('ann', 'bob', 'rob') })).toBe('allow');
  });

  it('are given the seats that make most of them count', () => {
    expect(permitted(permits, { approvals: approves('bob', 'ann', 'cid') })).toBe('allow');
    expect(permitted(permits, { approvals: approves('cid', 'ann', 'bob') })).toBe('allow');
  });

  it('of the initiator, of excluded persons and of strangers do not count', () => {
    const one = [{ ...open, needs: ['1 of ops'] }];
    expect(permitted(one, { approvals: approves('ann') })).toBe('allow');
    expect(permitted(one, { approvals: approves('ann'), initiator: 'ann' })).toBe('hold');
    expect(permitted(one, { approvals: approves('ann'), excluded: ['ann'] })).toBe('hold');
    expect(permitted(one, { approvals: approves('eve') })).toBe('hold');
  });

  it('of a lower class than the permit wants do not count', () => {
    const given = (kind: 'decoded' | 'presence' | 'legacy') => [
      { person: 'ann', decision: 'approve', class: kind, demands: 'any' } as const,
    ];
    const one = (lowest: string) => [{ ...open, needs: ['1 of ops'], class: lowest }];
    expect(permitted(one('decoded'), { approvals: given('presence') })).toBe('hold');
    expect(permitted(one('presence'), { approvals: given('presence') })).toBe('allow');
    expect(permitted(one('presence'), { approvals: given('decoded') })).toBe('allow');
    expect(permitted(one('presence'), { approvals: given('legacy') })).toBe('hold');
    expect(permitted(one('legacy'), { approvals: given('legacy') })).toBe('allow');
    expect(permitted([{ ...open, needs: ['1 of ops'] }], { approvals: given('legacy') })).toBe('hold');
  });

  it('count only for the demands that their approvers saw', () => {
    const seen = (...demands: readonly { count: number; group: string }[]) => [{ ...approves('ann')[0]!, demands }];
    const one = [{ ...open, needs: ['1 of ops'] }];
    expect(permitted(one, { approvals: seen({ count: 1, group: 'ops' }) })).toBe('allow');
    expect(permitted(one, { approvals: seen({ count: 1, group: 'risk' }) })).toBe('hold');
    expect(permitted(one, { approvals: seen({ count: 2, group: 'ops' }) })).toBe('hold');
    expect(permitted(one, { approvals: seen() })).toBe('hold');
    const two = [{ ...open, needs: ['1 of ops', '2 of ops'] }];
    expect(judged({ permits: two }, { approvals: seen({ count: 2, group: 'ops' }) }).missing[0]?.demands).toEqual([
      { count: 1, group: 'ops' },
      { count: 1, group: 'ops' },
    ]);
  });

  it('of groups that the policy does not declare count by those that come with the facts', () => {
    const one = [{ ...open, needs: ['1 of board'] }];
    expect(permitted(one, { approvals: approves('ann') })).toBe('hold');
    expect(permitted(one, { approvals: approves('ann'), groups: new Map([['board', new Set(['ann'])]]) })).toBe(
      'allow',
    );
    const ops = new Map([['ops', new Set(['eve'])]]);
    expect(permitted([{ ...open, needs: ['1 of ops'] }], { approvals: approves('eve'), groups: ops })).toBe('hold');
  });

  it('are needed for none of the alternatives once one permit covers without them', () => {
    expect(permitted([...permits, { ...open, id: 'free' }])).toBe('allow');
  });

  it('do not help what no permit covers', () => {
    const all = approves('ann', 'bob', 'cid', 'rob');
    expect(permitted(permits, { approvals: all, effects: [sends(1n, { asset: partner }), fee] })).toBe('deny');
    expect(permitted(permits, { effects: [pays(1n), sends(1n, { asset: partner }), fee] })).toBe('deny');
  });

  it('of all end with one rejection', () => {
    const approvals = [
      ...approves('ann', 'bob', 'rob'),
      { person: 'cid', decision: 'reject', class: 'presence', demands: 'any' } as const,
    ];
    const { verdict, reasons } = judged({ permits }, { approvals });
    expect(verdict).toBe('deny');
    expect(reasons).toContain('cid rejected it');
  });
});
