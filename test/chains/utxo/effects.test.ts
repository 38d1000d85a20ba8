import { hex } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitcoin } from '../../../src/chains/utxo/chains/bitcoin.js';
import { bitcoinCash } from '../../../src/chains/utxo/chains/bitcoin-cash.js';
import { dogecoin } from '../../../src/chains/utxo/chains/dogecoin.js';
import { litecoin } from '../../../src/chains/utxo/chains/litecoin.js';
import { summarize } from '../../../src/chains/utxo/summary.js';
import type { Chain } from '../../../src/core/chain/chain.js';
import type { Effect } from '../../../src/core/chain/effect.js';
import { summaryToJson } from '../../../src/core/chain/summary.js';
import { bitcore, contextOf, foreign, key, madeBy, type Out, other, proven, scripts, withAmounts } from './making.js';

const chains = [bitcoin, litecoin, dogecoin, bitcoinCash];
const pkh = scripts[0]!;
const FUNDS = 500_000_000;
const PAID = 400_000_000;
const made = madeBy([{ satoshis: FUNDS, script: pkh }]);
const outpoint = `${made.txId}:0`;
const usualVersion = (chain: Chain) => (chain === dogecoin ? 1 : 2);
const addressOf = (chain: Chain, of = key) => chain.keys.address(of.publicKey, 'testnet');

interface Change {
  readonly version?: number;
  readonly lockTime?: number;
  readonly sequence?: number;
  /** The node proves no amount. */
  readonly isClaimed?: boolean;
}

function parse(chain: Chain, outputs: readonly Out[], change: Change = {}) {
  const { version = usualVersion(chain), lockTime = 0, sequence = 0xffffffff, isClaimed = false } = change;
  const input = { ...made, index: 0, satoshis: FUNDS, script: pkh, sequence };
  const request =
    chain === bitcoinCash
      ? withAmounts([input], outputs, { version, lockTime })
      : bitcore([input], outputs, { version, nLockTime: lockTime });
  return chain.codec.parse(isClaimed ? request : proven(request, [made]), contextOf(chain));
}

/** All effects but the fee, which is the last. */
function withoutFee(chain: Chain, outputs: readonly Out[], change: Change = {}): readonly Effect[] {
  const { effects = [] } = parse(chain, outputs, change);
  expect(effects.filter(({ op }) => op === 'fee')).toEqual([effects.at(-1)]);
  return effects.slice(0, -1);
}

describe.each(chains)('the effects of $id', (chain) => {
  const from = contextOf(chain).from;
  const coin = { from, asset: chain.coin };
  const vout = (at: number) => [{ name: 'vout', value: String(at) }];
  const amount = BigInt(PAID);
  const bare = `21${hex.encode(other.publicKey)}ac`;
  const data = '6a026869';
  const zeros = `76a914${'00'.repeat(20)}88ac`;

  it('what goes to a key that is named and spends nothing is a payment, and what goes to one that spends is change', () => {
    const told = (spent: readonly string[]) => {
      const makers = spent.map((script, at) => madeBy([{ satoshis: FUNDS, script }], at));
      const inputs = makers.map(({ txId }, at) => ({ txId, index: 0, satoshis: FUNDS, script: spent[at] ?? '' }));
      const outputs = [foreign, pkh].map((script) => ({ satoshis: PAID, script }));
      const request = chain === bitcoinCash ? withAmounts(inputs, outputs) : bitcore(inputs, outputs);
      const signers = [key, other].map((one) => ({ address: addressOf(chain, one), publicKey: one.publicKey }));
      const { effects, signedBy } = chain.codec.parse(proven(request, makers), { ...contextOf(chain), signers });
      return { change: effects.flatMap(({ own, to }) => (own === true ? to : [])), signedBy };
    };
    expect(told([pkh, pkh])).toEqual({ change: [from], signedBy: [from] });
    const receiver = addressOf(chain, other);
    expect(told([pkh, foreign])).toEqual({ change: [receiver, from], signedBy: [from, receiver] });
  });

  it('a payment with change is a transfer, and an own one back', () => {
    const change = { satoshis: 90_000_000, script: pkh };
    expect(withoutFee(chain, [{ satoshis: PAID, script: foreign }, change])).toEqual([
      { op: 'transfer', ...coin, to: addressOf(chain, other), amount, args: vout(0) },
      { op: 'transfer', ...coin, to: addressOf(chain), amount: 90_000_000n, args: vout(1), own: true },
    ]);
  });

  it('the fee is the last effect, with all that is spent and all that times and prices it', () => {
    const { effects = [] } = parse(chain, [{ satoshis: PAID, script: foreign }], { lockTime: 7 });
    expect(effects.at(-1)).toEqual({
      op: 'fee',
      ...coin,
      amount: 100_000_000n,
      args: [
        { name: 'version', value: String(usualVersion(chain)) },
        { name: 'outpoint', value: outpoint },
        { name: 'address', value: from },
        { name: 'amount', value: String(FUNDS) },
        { name: 'sequence', value: '4294967295' },
        { name: 'locktime', value: '7' },
        { name: 'vsize', value: '192.5' },
        { name: 'feeRate', value: '519480.51' },
      ],
    });
  });

  it('an output without an address is a transfer with the code unknown-script and its script', () => {
    expect(withoutFee(chain, [{ satoshis: PAID, script: bare }])).toEqual([
      { op: 'transfer', code: 'unknown-script', ...coin, amount, args: vout(0), data: bare },
    ]);
  });

  it('an output that no key can spend is a transfer with its code', () => {
    const [effect] = withoutFee(chain, [{ satoshis: PAID, script: zeros }]);
    expect(effect).toMatchObject({ op: 'transfer', code: 'unspendable-destination', ...coin, amount, args: vout(0) });
    expect(effect?.to).toBeDefined();
    const long = '51'.repeat(10_001);
    expect(withoutFee(chain, [{ satoshis: PAID, script: long }])).toEqual([
      { op: 'transfer', code: 'unspendable-destination', ...coin, amount, args: vout(0), data: long },
    ]);
  });

  it('an output with data is a note with the data, and the coins beside it are a lost transfer', () => {
    const note = { op: 'note', code: 'opaque-data', from, args: vout(0), data };
    expect(withoutFee(chain, [{ satoshis: 0, script: data }])).toEqual([note]);
    expect(withoutFee(chain, [{ satoshis: PAID, script: data }])).toEqual([
      { op: 'transfer', code: 'unspendable-destination', ...coin, amount, args: vout(0), data },
      note,
    ]);
  });

  it('an output with data of a known protocol names it', () => {
    const digits = '6a5d020102';
    expect(withoutFee(chain, [{ satoshis: 0, script: digits }])).toEqual([
      { op: 'note', code: 'opaque-data', from, method: 'Runes message', args: vout(0), data: digits },
    ]);
  });

  it('an amount that is only claimed is an effect of its own in front of the outputs', () => {
    const { effects = [] } = parse(chain, [{ satoshis: PAID, script: foreign }], { isClaimed: true });
    expect(effects.map(({ op }) => op)).toEqual(['note', 'transfer', 'fee']);
    expect(effects[0]).toEqual({
      op: 'note',
      code: 'unproved-amount',
      from,
      args: [
        { name: 'vin', value: '0' },
        { name: 'outpoint', value: outpoint },
        { name: 'claimed', value: String(FUNDS) },
      ],
    });
    expect(effects[2]?.args).toContainEqual({ name: 'claimed', value: String(FUNDS) });
    expect(effects[2]?.args?.map(({ name }) => name)).not.toContain('amount');
  });

  it('a lock that counts is an effect of its own behind the outputs', () => {
    const late = (...args: readonly object[]) => ({ op: 'note', code: 'long-lived', from, args });
    const paid = [{ satoshis: PAID, script: foreign }];
    const [, ...locks] = withoutFee(chain, paid, { version: 2, lockTime: 800_000, sequence: 144 });
    expect(locks).toEqual([
      late({ name: 'locktime', value: '800000' }),
      late({ name: 'sequence', value: '144' }, { name: 'vin', value: '0' }),
    ]);
    expect(withoutFee(chain, paid, { lockTime: 800_000 })).toHaveLength(1);
    expect(withoutFee(chain, paid, { version: 1, sequence: 144 })).toHaveLength(1);
  });
});

it('an output with tokens on Bitcoin Cash is opaque and named', () => {
  const script = `ef${'5a'.repeat(32)}1005${foreign}`;
  expect(withoutFee(bitcoinCash, [{ satoshis: PAID, script }])).toMatchObject([
    { op: 'transfer', code: 'unknown-script', method: 'output with tokens (CashTokens)', data: script },
  ]);
  expect(withoutFee(bitcoin, [{ satoshis: PAID, script }])[0]).not.toHaveProperty('method');
});

describe.each(chains)('the effects and the summary of $id', (chain) => {
  const script = fc.oneof(
    fc.constantFrom(pkh, foreign, '51', '6a026869', '6a5d020102', `76a914${'00'.repeat(20)}88ac`),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => `6a${hex.encode(bytes)}`),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => hex.encode(bytes)),
  );
  const satoshis = fc.constantFrom(2_000_000, 3_000_000);
  const shape = fc.record({
    outputs: fc.array(fc.record({ satoshis, script }), { minLength: 1, maxLength: 3 }),
    change: fc.record({
      version: fc.constantFrom(1, 2),
      lockTime: fc.constantFrom(0, 800_000, 2_000_000_000),
      sequence: fc.constantFrom(0xffffffff, 0xfffffffe, 144),
      isClaimed: fc.boolean(),
    }),
  });
  const shown = (value: unknown) =>
    JSON.stringify(value, (_name, member: unknown) => (typeof member === 'bigint' ? `${member}n` : member));

  it('equal effects give an equal summary, and other transactions have other effects', () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(shape, shape, (one, two) => {
        const shapes = [
          one,
          { ...one, outputs: two.outputs },
          { ...one, change: two.change },
          { ...one, outputs: [two.outputs[0]!, ...one.outputs.slice(1)] },
          { ...one, change: { ...one.change, sequence: two.change.sequence } },
          { ...one, change: { ...one.change, lockTime: two.change.lockTime } },
        ];
        const all = shapes.map(({ outputs, change }) => {
          const { effects = [], summary } = parse(chain, outputs, change);
          const json = JSON.stringify(summaryToJson(summary));
          expect(json).toBe(seen.get(shown(effects)) ?? json);
          expect(summarize(structuredClone(effects), usualVersion(chain))).toEqual(summary);
          seen.set(shown(effects), json);
          return shown(effects);
        });
        all.forEach((effects, at) => {
          expect(effects === all[0]).toBe(shown(shapes[at]) === shown(shapes[0]));
        });
      }),
      { numRuns: 100, seed: 15 },
    );
  });
});
