import {
  Asset,
  AuthClawbackEnabledFlag,
  Claimant,
  LiquidityPoolAsset,
  Memo,
  Operation,
  StrKey,
  type TransactionBuilder,
} from '@stellar/stellar-sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stellar } from '../../../src/chains/stellar/index.js';
import { formNamed } from '../../../src/chains/stellar/operations.js';
import { summarize } from '../../../src/chains/stellar/summary.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import type { Effect } from '../../../src/core/chain/effect.js';
import { CustosError } from '../../../src/core/errors.js';
import { byteVariants } from '../../support/every-field.js';
import { keyOf } from '../signing.js';
import { envelopesOf, type Op } from './envelopes.js';

const key = keyOf(stellar);
const me = key.address;
const thief = keyOf(stellar, 0x22).address;
const nobody = StrKey.encodeEd25519PublicKey(Buffer.alloc(32));
const usd = new Asset('USDX', thief);
const dollars = `USDX:${thief}`;
const lumens = Asset.native();
const price = { n: 3, d: 7 };
const pool = 'ab'.repeat(32);
const balance = 'cd'.repeat(32);
const balanceId = `00000000${balance}`;
const destination = thief;

/** Members of one effect; what all effects of an operation have is added. */
type Expected = Partial<Omit<Effect, 'args'>> & { readonly op: Effect['op']; readonly args?: Record<string, string> };
type Row = readonly [method: string, operation: Op, effects: readonly Expected[], what?: string];

const trade = (asset: string, amount: bigint, args: Record<string, string>): Expected => ({
  ...{ op: 'trade', code: 'market-order', asset, amount, args },
});
const control = (args: Record<string, string>, to?: string): Expected => ({
  ...{ op: 'account', code: 'account-control', args },
  ...(to !== undefined && { to }),
});
const own = (args: Record<string, string>, to?: string): Expected => ({
  ...control(args, to),
  code: 'account-settings',
});
const issuer = (args: Record<string, string> | undefined, to?: string): Expected => ({
  ...{ op: 'issuer', code: 'issuer-settings' },
  ...(args && { args }),
  ...(to !== undefined && { to }),
});
const changes = (args: Record<string, string>): Expected => ({ op: 'issuer', code: 'issuer-settings', args });

/** Every operation that is signed, with its effects. */
const table: readonly Row[] = [
  [
    'CreateAccount',
    Operation.createAccount({ destination, startingBalance: '2' }),
    [{ op: 'transfer', to: thief, asset: 'XLM', amount: 20_000_000n }],
  ],
  [
    'Payment',
    Operation.payment({ destination, asset: lumens, amount: '1.5' }),
    [{ op: 'transfer', to: thief, asset: 'XLM', amount: 15_000_000n }],
  ],
  [
    'Payment',
    Operation.payment({ destination, asset: usd, amount: '1' }),
    [{ op: 'token-transfer', to: thief, asset: dollars, amount: 10_000_000n }],
    'of an asset',
  ],
  [
    'Payment',
    Operation.payment({ destination: me, asset: usd, amount: '1' }),
    [{ op: 'token-transfer', to: me, asset: dollars, amount: 10_000_000n, own: true }],
    'to itself',
  ],
  [
    'Payment',
    Operation.payment({ destination: nobody, asset: lumens, amount: '1' }),
    [{ op: 'transfer', code: 'unspendable-destination', to: nobody, asset: 'XLM', amount: 10_000_000n }],
    'to nobody',
  ],
  [
    'PathPaymentStrictReceive',
    Operation.pathPaymentStrictReceive({
      ...{ sendAsset: lumens, sendMax: '3', destination, destAsset: usd, destAmount: '1', path: [usd, lumens] },
    }),
    [
      {
        ...trade('XLM', 30_000_000n, { destAsset: dollars, destAmount: '10000000', path: `${dollars} XLM` }),
        to: thief,
      },
    ],
  ],
  [
    'PathPaymentStrictSend',
    Operation.pathPaymentStrictSend({
      ...{ sendAsset: usd, sendAmount: '3', destination: nobody, destAsset: lumens, destMin: '1', path: [] },
    }),
    [
      { ...trade(dollars, 30_000_000n, { destAsset: 'XLM', destAmount: '10000000', path: '' }), to: nobody },
      { op: 'note', code: 'unspendable-destination', to: nobody },
    ],
    'to nobody',
  ],
  [
    'ManageSellOffer',
    Operation.manageSellOffer({ selling: usd, buying: lumens, amount: '1', price, offerId: 5 }),
    [trade(dollars, 10_000_000n, { buying: 'XLM', price: '3/7', offerId: '5' })],
  ],
  [
    'ManageBuyOffer',
    Operation.manageBuyOffer({ selling: lumens, buying: usd, buyAmount: '1', price }),
    [trade('XLM', 4_285_715n, { buying: dollars, buyAmount: '10000000', price: '3/7', offerId: '0' })],
  ],
  [
    'CreatePassiveSellOffer',
    Operation.createPassiveSellOffer({ selling: usd, buying: lumens, amount: '1', price }),
    [trade(dollars, 10_000_000n, { buying: 'XLM', price: '3/7' })],
  ],
  [
    'SetOptions',
    Operation.setOptions({
      ...{ inflationDest: thief, clearFlags: 1, setFlags: AuthClawbackEnabledFlag, masterWeight: 0 },
      ...{ lowThreshold: 1, medThreshold: 2, highThreshold: 3, homeDomain: 'example.org' },
      signer: { ed25519PublicKey: thief, weight: 255 },
    }),
    [
      own({ inflationDest: thief }, thief),
      changes({ clearFlags: '1' }),
      changes({ setFlags: '8' }),
      control({ masterWeight: '0' }),
      control({ lowThreshold: '1' }),
      control({ medThreshold: '2' }),
      control({ highThreshold: '3' }),
      own({ homeDomain: 'example.org' }),
      control({ signerWeight: '255' }, thief),
    ],
  ],
  ['SetOptions', Operation.setOptions({}), [{ op: 'account' }], 'of nothing'],
  [
    'ChangeTrust',
    Operation.changeTrust({ asset: usd, limit: '5' }),
    [own({ line: dollars, limit: '50000000' }, thief)],
  ],
  [
    'ChangeTrust',
    Operation.changeTrust({ asset: new LiquidityPoolAsset(lumens, usd, 30), limit: '0' }),
    [own({ line: `the pool of XLM and ${dollars} with fee 30`, limit: '0' })],
    'of a pool',
  ],
  [
    'AllowTrust',
    Operation.allowTrust({ trustor: thief, assetCode: 'USDX', authorize: true }),
    [issuer({ asset: 'USDX', authorize: '1' }, thief)],
  ],
  [
    'AccountMerge',
    Operation.accountMerge({ destination }),
    [{ op: 'account', code: 'closes-account', to: thief, asset: 'XLM' }],
  ],
  ['Inflation', Operation.inflation({}), [{ op: 'account' }]],
  ['ManageData', Operation.manageData({ name: 'entry', value: 'hi' }), [own({ dataName: 'entry', dataValue: '6869' })]],
  ['ManageData', Operation.manageData({ name: 'entry', value: null }), [own({ dataName: 'entry' })], 'that removes'],
  ['BumpSequence', Operation.bumpSequence({ bumpTo: '77' }), [control({ bumpTo: '77' })]],
  [
    'CreateClaimableBalance',
    Operation.createClaimableBalance({
      ...{ asset: usd, amount: '1' },
      claimants: [
        new Claimant(thief, Claimant.predicateNot(Claimant.predicateBeforeAbsoluteTime('9'))),
        new Claimant(
          me,
          Claimant.predicateOr(Claimant.predicateUnconditional(), Claimant.predicateBeforeRelativeTime('5')),
        ),
      ],
    }),
    [
      { op: 'token-transfer', asset: dollars, amount: 10_000_000n },
      { op: 'account', code: 'allowance', to: thief, args: { predicate: 'not(before(9))' } },
      { op: 'account', code: 'allowance', to: me, args: { predicate: 'or(always, within(5))' } },
    ],
  ],
  [
    'CreateClaimableBalance',
    Operation.createClaimableBalance({ asset: lumens, amount: '1', claimants: [new Claimant(thief)] }),
    [
      { op: 'transfer', to: thief, asset: 'XLM', amount: 10_000_000n },
      { op: 'account', code: 'allowance', to: thief, args: { predicate: 'always' } },
    ],
    'for one',
  ],
  ['ClaimClaimableBalance', Operation.claimClaimableBalance({ balanceId }), [{ op: 'account', args: { balance } }]],
  [
    'BeginSponsoringFutureReserves',
    Operation.beginSponsoringFutureReserves({ sponsoredId: thief }),
    [{ op: 'account', code: 'allowance', to: thief, asset: 'XLM' }],
  ],
  ['EndSponsoringFutureReserves', Operation.endSponsoringFutureReserves({}), [{ op: 'account' }]],
  [
    'Clawback',
    Operation.clawback({ asset: usd, from: thief, amount: '1' }),
    [{ ...issuer(undefined, thief), asset: dollars, amount: 10_000_000n }],
  ],
  ['ClawbackClaimableBalance', Operation.clawbackClaimableBalance({ balanceId }), [issuer(undefined, balance)]],
  [
    'SetTrustLineFlags',
    Operation.setTrustLineFlags({ trustor: thief, asset: usd, flags: { authorized: true, clawbackEnabled: false } }),
    [issuer({ asset: dollars, clearFlags: '4', setFlags: '1' }, thief)],
  ],
  [
    'LiquidityPoolDeposit',
    Operation.liquidityPoolDeposit({
      ...{ liquidityPoolId: pool, maxAmountA: '1', maxAmountB: '2', minPrice: price, maxPrice: { n: 4, d: 7 } },
    }),
    [
      {
        ...{ op: 'trade', code: 'market-order', asset: pool },
        args: { maxAmountA: '10000000', maxAmountB: '20000000', minPrice: '3/7', maxPrice: '4/7' },
      },
      { op: 'trade', code: 'market-order' },
    ],
  ],
  [
    'LiquidityPoolWithdraw',
    Operation.liquidityPoolWithdraw({ liquidityPoolId: pool, amount: '1', minAmountA: '2', minAmountB: '3' }),
    [trade(pool, 10_000_000n, { minAmountA: '20000000', minAmountB: '30000000' })],
  ],
];

function numbered(account: string, id: bigint): string {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(id);
  return StrKey.encodeMed25519PublicKey(Buffer.concat([StrKey.decodeEd25519PublicKey(account), number]));
}

const envelope = envelopesOf(me);

function parse(completed: string, change: Partial<ParseContext> = {}) {
  return stellar.codec.parse(completed, { network: 'testnet', from: me, signers: [key], ...change });
}

function effectsOf(completed: string, change: Partial<ParseContext> = {}): readonly Effect[] {
  return parse(completed, change).effects ?? [];
}

const listed = (args: Record<string, string>) => Object.entries(args).map(([name, value]) => ({ name, value }));

/** One effect of the only operation with all that it holds of it. */
function whole(expected: Expected, method: string, operation: Op): Effect {
  const args = listed({ operation: '1', ...expected.args });
  return { ...expected, from: me, method, args, data: operation.toXDR('hex') };
}

describe('the effects of a Stellar transaction', () => {
  it.each(table.map(([method, operation, effects, what = '']) => ({ method, operation, effects, what })))(
    'the effects of the operation $method $what are exact and complete',
    ({ method, operation, effects }) => {
      const [fee, ...others] = [...effectsOf(envelope([operation]))].reverse();
      expect(others.reverse()).toEqual(effects.map((one) => whole(one, method, operation)));
      expect(fee).toEqual({
        ...{ op: 'fee', from: me, asset: 'XLM', amount: 100n },
        args: listed({ sequence: '42', minTime: '0', maxTime: '1764000000' }),
      });
    },
  );

  it('the table of effects names every operation that is signed', () => {
    const numbers = Array.from({ length: 24 }, (_, number) => number).filter((number) => number !== 18);
    const methods = new Set(table.map(([method]) => method));
    expect(methods.size).toBe(numbers.length);
    for (const method of methods) expect(formNamed(method)?.method).toBe(method);
  });

  it('a memo stands with each payment, and is an effect of its own where nothing is paid', () => {
    const pay = Operation.payment({ destination, asset: lumens, amount: '1' });
    const [first, second] = effectsOf(envelope([pay, pay], { memo: Memo.id('77') }));
    const memo = [
      { name: 'memoType', value: 'id' },
      { name: 'memo', value: '77' },
    ];
    expect(first?.args).toEqual([{ name: 'operation', value: '1' }, ...memo]);
    expect(second?.args).toEqual([{ name: 'operation', value: '2' }, ...memo]);
    const [, note] = effectsOf(envelope([Operation.inflation({})], { memo: Memo.id('77') }));
    expect(note).toEqual({ op: 'note', from: me, method: 'memo', args: memo });
  });

  it('an operation for another account comes from it, and an effect names the account', () => {
    const pay = Operation.payment({ source: thief, destination: me, asset: lumens, amount: '1' });
    const [payment, foreign] = effectsOf(envelope([pay]), { allowForeignKey: true });
    expect(payment).toMatchObject({ op: 'transfer', from: thief, to: me });
    expect(foreign).toEqual({ op: 'note', code: 'foreign-key', from: me, to: thief, method: 'foreign key' });
  });

  it('a number inside an address stands behind the other arguments, and the account is plain', () => {
    const [muxed, muxedMe] = [numbered(thief, 77n), numbered(me, 5n)];
    const payment = Operation.payment({ source: muxedMe, destination: muxed, asset: lumens, amount: '1' });
    const operations = [payment, Operation.accountMerge({ destination: muxed })];
    const completed = envelope(operations, { memo: Memo.id('9'), source: muxedMe, maxTime: 0 });
    const { effects = [], summary } = parse(completed);
    expect(effects.map(({ from, to, args }) => ({ from, to, last: args?.slice(-2) }))).toEqual([
      { from: me, to: thief, last: listed({ muxedFrom: muxedMe, muxedTo: muxed }) },
      { from: me, to: thief, last: listed({ muxedFrom: muxedMe, muxedTo: muxed }) },
      { from: me, to: undefined, last: listed({ maxTime: 'absent', muxedFrom: muxedMe }) },
      { from: me, to: undefined, last: listed({ maxTime: '0', muxedFrom: muxedMe }) },
    ]);
    expect(summary.text).toBe(
      `${muxedMe} sends 1 XLM to ${muxed}, then gives ALL its lumens to ${muxed} and ends the account with the memo "9"; ` +
        'the fee is at most 0.00002 XLM',
    );
    expect(summary.hazards[0]).toMatchObject({ kind: 'closes-account', party: muxed });
  });

  it('a foreign account and a receiver with a number are plain accounts, even where they go into a hazard', () => {
    const muxed = numbered(thief, 77n);
    const pay = Operation.payment({ source: muxed, destination: numbered(nobody, 1n), asset: lumens, amount: '1' });
    const { effects = [], summary } = parse(envelope([pay]), { allowForeignKey: true });
    expect(effects.slice(0, 2)).toMatchObject([
      { from: thief, to: nobody, code: 'unspendable-destination' },
      { from: me, to: thief, code: 'foreign-key', args: listed({ muxedTo: muxed }) },
    ]);
    expect(summary.hazards.map(({ party }) => party)).toEqual([numbered(nobody, 1n), muxed]);
  });

  it('what is put aside for oneself is not change, because a condition may keep it away', () => {
    const aside = Operation.createClaimableBalance({ asset: lumens, amount: '1', claimants: [new Claimant(me)] });
    const [left] = effectsOf(envelope([aside]));
    expect(left).toMatchObject({ op: 'transfer', to: me, amount: 10_000_000n });
    expect(left).not.toHaveProperty('own');
  });

  it('a transaction without an end has an effect that says so', () => {
    const [, note, fee] = effectsOf(envelope([Operation.inflation({})], { maxTime: 0 }));
    const args = [{ name: 'maxTime', value: 'absent' }];
    expect(note).toEqual({ op: 'note', code: 'long-lived', from: me, method: 'maxTime', args });
    expect(fee?.op).toBe('fee');
  });

  it('the fee effect holds all conditions', () => {
    const change = (builder: TransactionBuilder) =>
      builder
        .setLedgerbounds(3, 9)
        .setMinAccountSequence('8')
        .setMinAccountSequenceAge(60)
        .setMinAccountSequenceLedgerGap(4)
        .setExtraSigners([StrKey.encodeSha256Hash(Buffer.alloc(32, 1))]);
    expect(effectsOf(envelope([Operation.inflation({})], { change })).at(-1)?.args).toEqual(
      listed({
        ...{ sequence: '42', minTime: '0', maxTime: '1764000000', ledgerBounds: '3 to 9', minSeqNum: '8' },
        ...{ minSeqAge: '60', minSeqLedgerGap: '4', extraSigner: `hash ${'01'.repeat(32)}` },
      }),
    );
  });

  it.each(table.map(([method, operation, , what = '']) => ({ method, operation, what })))(
    'every change of the operation $method $what shows in the effects',
    ({ operation }) => {
      const completed = envelope([operation], { memo: Memo.text('five') });
      const first = jsonOf(effectsOf(completed));
      const bytes = Buffer.from(completed, 'base64');
      // No signature follows what is signed: four bytes say so. The first four name the kind of envelope.
      const body = bytes.subarray(0, -4);
      let changed = 0;
      for (const variant of byteVariants(body, (one) => Buffer.from([...one, 0, 0, 0, 0]).toString('base64'))) {
        const effects = tryEffects(variant);
        if (effects === undefined) continue;
        expect(jsonOf(effects), variant).not.toBe(first);
        changed += 1;
      }
      expect(changed).toBeGreaterThan(40);
    },
  );

  it('equal effects give an equal summary: nothing else of the transaction is asked', () => {
    const operations = fc.array(fc.constantFrom(...table.map(([, operation]) => operation)), {
      ...{ minLength: 1, maxLength: 4 },
    });
    const memos = fc.constantFrom(Memo.none(), Memo.text('five "5"'), Memo.id('5'), Memo.hash('ab'.repeat(32)));
    const sources = fc.constantFrom(me, thief, numbered(me, 5n), numbered(thief, 7n));
    fc.assert(
      fc.property(operations, memos, sources, fc.constantFrom(0, 1_764_000_000), (list, memo, source, maxTime) => {
        const { effects = [], summary } = parse(envelope(list, { memo, source, maxTime }), { allowForeignKey: true });
        expect(summarize(structuredClone(effects))).toEqual(summary);
        expect(summary.hazards.map(({ kind }) => kind)).toEqual(effects.flatMap(({ code }) => code ?? []));
        expect(effects.filter(({ op }) => op === 'fee')).toEqual([effects.at(-1)]);
      }),
      { numRuns: 200, seed: 15 },
    );
  });
});

function tryEffects(completed: string): readonly Effect[] | undefined {
  try {
    return effectsOf(completed, { allowForeignKey: true });
  } catch (error) {
    if (error instanceof CustosError) return undefined;
    throw error;
  }
}

function jsonOf(effects: readonly Effect[]): string {
  return JSON.stringify(effects, (_name, value) => (typeof value === 'bigint' ? `${value}` : value));
}
