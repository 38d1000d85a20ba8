import fc from 'fast-check';
import type { Effect } from '../../src/core/chain/effect.js';
import type { PolicyFacts } from '../../src/core/policy/facts.js';
import { approves, empty, factsOf, fee, noon, partner, receiver, sender, token } from './policies.js';

const some = <T>(...items: T[]) => fc.subarray(items);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const wallet = '00000000-0000-4000-8000-000000000001';
const code = fc.constantFrom('allowance', 'unlimited-allowance', 'account-control', 'opaque-data', 'closes-account');
const op = ['transfer', 'token-transfer', 'approve', 'call', 'account', 'note', 'message'] as const;
const target = fc.constantFrom<unknown>(
  'any',
  'self',
  'own',
  'book:partners',
  receiver,
  partner,
  [receiver, 'self'],
  [],
);

const conditions = {
  network: maybe(some('mainnet', 'testnet')),
  chain: maybe(some('ETH', 'BTC')),
  wallets: maybe(some(wallet, '00000000-0000-4000-8000-000000000002')),
  tags: maybe(some('hot', 'cold')),
  owner: maybe(some('desk', 'other')),
  initiator: maybe(some('token:game', 'ann')),
  op: maybe(some(...op)),
  code: maybe(some('allowance', 'unlimited-allowance', 'account-control', 'opaque-data', 'closes-account')),
  from: maybe(target),
  to: maybe(target),
  contract: maybe(target),
  method: maybe(fc.constantFrom('a()', 'b()')),
  args: maybe(fc.constant([{ at: 0, max: '5' }])),
  dataPrefix: maybe(fc.constantFrom('ab', 'cd')),
  days: maybe(fc.constantFrom('mon-fri', 'sat-sun')),
  hours: maybe(fc.constantFrom('09:00-17:00', '17:00-09:00')),
};

const needs = maybe(fc.constantFrom<string[]>([], ['1 of ops'], ['2 of ops', '1 of risk']));
const ceiling = fc.constantFrom<object>(
  { asset: 'any', max: 'any' },
  { asset: ['ETH', 'USDC'], max: 'any' },
  { asset: ['ETH'], max: '0.000000000000000005' },
  { asset: ['USDC'], max: '0.000005' },
  { asset: 'any', max: { ETH: '0.000000000000000005', USDC: '0.000005' } },
);
const permitRest = fc.record({
  ...conditions,
  to: fc.oneof(fc.constant('any'), target),
  value: maybe(fc.constantFrom({ ETH: '0' }, { ETH: '1' })),
  feeMax: maybe(fc.constantFrom({ ETH: '0' }, { ETH: '1' })),
  outputs: maybe(fc.constantFrom({ max: 1 }, { max: 2 })),
  instructions: maybe(fc.constantFrom({ max: 1 }, { max: 2 })),
  sweep: maybe(fc.constantFrom(true, false)),
  needs,
});
export const permit = fc.tuple(permitRest, ceiling).map(([rest, most]) => ({ ...rest, ...most }));
export const forbid = fc.record({ ...conditions, asset: maybe(fc.constantFrom('ETH', 'USDC')) });
export const limit = fc
  .record({ ...conditions, per: maybe(fc.constantFrom('wallet', 'destination')), stepUp: needs })
  .chain((rule) =>
    fc
      .constantFrom<object>(
        { asset: 'ETH', rolling: '24h', max: '0.000000000000000006' },
        { asset: 'USDC', calendar: 'day', max: '0.000006' },
        { asset: 'ETH', lifetime: '1' },
        { count: 2, rolling: '1h' },
      )
      .map((ceiling) => ({ ...rule, ...ceiling })),
  );

export const effect = fc.record(
  {
    op: fc.constantFrom(...op),
    from: fc.constantFrom(sender, partner),
    to: fc.constantFrom(receiver, partner, sender),
    asset: fc.constantFrom('ETH', token),
    amount: fc.bigInt(0n, 6n),
    code,
    contract: fc.constantFrom(token, receiver),
    method: fc.constantFrom('a()', 'b()'),
    data: fc.constantFrom('', 'ab00'),
    args: fc.constant([{ name: 'x', value: '5' }]),
  },
  { requiredKeys: ['op', 'from'] },
) as fc.Arbitrary<Effect>;
/** What most transactions are, so that enough of them are covered. */
const payment = fc.record({
  op: fc.constant('transfer' as const),
  from: fc.constant(sender),
  to: fc.constantFrom(receiver, partner),
  asset: fc.constant('ETH'),
  amount: fc.bigInt(0n, 6n),
});
const effects = fc.array(fc.oneof({ weight: 3, arbitrary: payment }, { weight: 1, arbitrary: effect }), {
  minLength: 1,
  maxLength: 4,
});

export const facts = fc.record({
  effects,
  now: fc.constantFrom(noon, noon + 7 * 3_600_000),
  approvals: fc.constantFrom(approves(), approves('ann'), approves('ann', 'cid', 'rob')),
  initiator: maybe(fc.constantFrom('token:game', 'ann')),
  wallets: fc.constantFrom(
    [{ id: wallet, tags: ['hot'], owner: 'desk' }],
    [{ id: wallet }],
    [{ id: wallet, tags: ['hot'], owner: 'desk', compromised: true as const }],
    [],
    [
      { id: wallet, tags: [] },
      { id: '00000000-0000-4000-8000-000000000002', tags: ['hot'] },
    ],
  ),
  spent: fc.bigInt(0n, 3n),
});
export type Given = typeof facts extends fc.Arbitrary<infer T> ? T : never;

/** Permits of which random conditions do not take everything away. */
const usual = [
  { to: 'any', max: 'any', asset: 'any' },
  { to: 'any', max: 'any', asset: 'any', needs: ['1 of ops'] },
  { to: receiver, max: 'any', asset: 'any', needs: ['2 of ops', '1 of risk'] },
];

export const rules = fc.record({
  permits: fc.array(fc.oneof(permit, ...usual.map((one) => fc.constant(one))), { maxLength: 4 }),
  forbids: fc.array(forbid, { maxLength: 1 }),
  limits: fc.array(limit, { maxLength: 2 }),
});
export type Rules = typeof rules extends fc.Arbitrary<infer T> ? T : never;

export const rank = { deny: 0, hold: 1, allow: 2 };

function named(kind: string, list: readonly object[]): object[] {
  return list.map((rule, place) => ({ id: `${kind}-${place}`, ...rule }));
}

export function documentOf({ permits, forbids, limits }: Rules) {
  return { permits: named('p', permits), forbids: named('f', forbids), limits: named('l', limits) };
}

type Named = Readonly<Record<'permits' | 'forbids' | 'limits', readonly object[]>>;

/** The same policy without a declaration of the coin: rules that name it go, and those of any asset are of the token. */
export function withoutCoin({ permits, forbids, limits }: Named) {
  const spoken = (list: readonly object[]) =>
    list.flatMap((rule) => {
      const { value: _value, feeMax: _feeMax, ...rest } = rule as Readonly<Record<string, unknown>>;
      if ([rest['asset']].flat().includes('ETH')) return [];
      return [rest['asset'] === 'any' ? { ...rest, asset: 'USDC', max: rest['max'] === 'any' ? 'any' : '1' } : rest];
    });
  const { USDC } = empty.assets;
  return { assets: { USDC }, permits: spoken(permits), forbids: spoken(forbids), limits: spoken(limits) };
}

/** The same transaction, of tokens alone. Its fee is in the coin. */
export function inTokens({ effects: list, ...rest }: Given): Given {
  return { ...rest, effects: list.map((one) => (one.asset === 'ETH' ? { ...one, asset: token } : one)) };
}

export function given({ spent, initiator, effects: list, ...rest }: Given): PolicyFacts {
  return factsOf({
    ...rest,
    effects: [...list, fee],
    used: () => spent,
    ...(initiator !== undefined && { initiator }),
  });
}
