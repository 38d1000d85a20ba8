import { bech32 } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAddress } from '../../../src/chains/cardano/address.js';
import { cardano } from '../../../src/chains/cardano/index.js';
import { summarize } from '../../../src/chains/cardano/summary.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import { summaryToJson } from '../../../src/core/chain/summary.js';
import { completed, key, other, type Shape, second } from './completed.js';

const context: ParseContext = { network: 'testnet', from: key.address, signers: [key, second] };
const from = key.address;
const txId = '86a7c17aac9538cade396b2c25409ab70d78e203383ce69fc4c816953a9f1e27';
const [policy, name] = ['5a'.repeat(28), '74657374'];
const token = `${policy}.${name}`;
const args = (at: number) => [{ name: 'output', value: `${at}` }];

interface Paid {
  readonly address: string;
  readonly amount: number;
  /** Units of one token, or of two. */
  readonly tokens?: readonly number[];
}

/** Outputs with tokens, in the request and in the body alike. */
function parse(outputs: readonly Paid[], { made = {}, ...shape }: Omit<Shape, 'outputs'> = {}) {
  const inputs = [{ address: from, amount: outputs.reduce((sum, { amount }) => sum + amount, 200_000) }];
  const list = outputs.map(({ address, amount, tokens = [] }) => {
    const names = new Map(tokens.map((units, at) => [new TextEncoder().encode(at === 0 ? 'test' : ''), units]));
    const bundle = new Map([[new Uint8Array(28).fill(0x5a), names]]);
    return [readAddress(address, 'testnet'), tokens.length === 0 ? amount : [amount, bundle]];
  });
  const text = completed({ inputs, ...shape, outputs, made: { 1: list, ...made } });
  const fields: { operations: { type: string; metadata?: unknown }[] } = JSON.parse(text);
  const operations = fields.operations.filter(({ type }) => type === 'output');
  outputs.forEach(({ tokens = [] }, at) => {
    const symbols = tokens.map((units, place) => {
      return { value: `${units}`, currency: { symbol: place === 0 ? name : '', decimals: 0 } };
    });
    if (tokens.length > 0) operations[at]!.metadata = { tokenBundle: [{ policyId: policy, tokens: symbols }] };
  });
  return cardano.codec.parse(JSON.stringify(fields), context);
}

describe('the effects of a Cardano transaction', () => {
  const pay = { op: 'transfer', from, to: other.address, asset: 'ADA', amount: 9_000_000n };
  const back = { op: 'transfer', from, to: from, asset: 'ADA', amount: 2_000_000n, own: true };
  const paid = { address: other.address, amount: 9_000_000 };
  const change = { address: from, amount: 2_000_000 };

  it('each output is a transfer, and what goes back to an owner is its own; the fee is last, with all that is spent', () => {
    expect(parse([paid, change]).effects).toEqual([
      { ...pay, args: args(0) },
      { ...back, args: args(1) },
      {
        op: 'fee',
        from,
        asset: 'ADA',
        amount: 200_000n,
        args: [
          { name: 'outpoint', value: `${txId}:0` },
          { name: 'address', value: from },
          { name: 'amount', value: '11200000' },
          { name: 'ttl', value: '41000000' },
        ],
      },
    ]);
  });

  it('each token of an output is a transfer of its own in the order of the bytes, also in change', () => {
    const { effects = [] } = parse([
      { ...paid, tokens: [5, 6] },
      { ...change, tokens: [7] },
    ]);
    expect(effects.slice(0, -1)).toEqual([
      { ...pay, args: args(0) },
      { op: 'token-transfer', from, to: other.address, asset: `${policy}.`, amount: 6n, args: args(0) },
      { op: 'token-transfer', from, to: other.address, asset: token, amount: 5n, args: args(0) },
      { ...back, args: args(1) },
      { op: 'token-transfer', from, to: from, asset: token, amount: 7n, own: true, args: args(1) },
    ]);
  });

  it('change to the second of two keys is its own', () => {
    const inputs = [key, second].map(({ address }) => ({ address, amount: 5_600_000 }));
    const { effects = [] } = parse([paid, { address: second.address, amount: 2_000_000 }], { inputs });
    expect(effects.map(({ own }) => own)).toEqual([undefined, true, undefined]);
    expect(effects.at(-1)?.args?.filter(({ name: what }) => what === 'address')).toHaveLength(2);
  });

  it('an output without a key has a code, and so has a transaction that never ends', () => {
    const nobody = bech32.encodeFromBytes('addr_test', Uint8Array.from([0x60, ...new Uint8Array(28)]));
    const { effects = [], summary } = parse([{ address: nobody, amount: 9_000_000 }], { made: { 3: 4_000_000_000 } });
    expect(effects.slice(0, -1)).toEqual([
      { ...pay, code: 'unspendable-destination', to: nobody, args: args(0) },
      { op: 'note', code: 'long-lived', from },
    ]);
    expect(summary.hazards).toEqual([
      {
        kind: 'unspendable-destination',
        party: nobody,
        asset: 'ADA',
        amount: 9_000_000n,
        text: 'nobody has a key of it',
      },
      { kind: 'long-lived', text: 'ttl 4000000000' },
    ]);
  });

  it('equal effects give an equal summary, and other transactions have other effects', async () => {
    const shown = (value: unknown) =>
      JSON.stringify(value, (_name, member: unknown) => (typeof member === 'bigint' ? `${member}n` : member));
    const units = fc.constantFrom(1, 2);
    const output = fc.record({
      address: fc.constantFrom(key.address, second.address, other.address),
      amount: fc.constantFrom(2_000_000, 3_000_000),
      tokens: fc.array(units, { maxLength: 2 }),
    });
    const shape = fc.record({
      outputs: fc.array(output, { minLength: 1, maxLength: 2 }),
      ttl: fc.constantFrom(41_000_000, 4_000_000_000),
    });
    const seen = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(shape, shape, async (one, two) => {
        const changes = [one, { ...one, ttl: two.ttl }, { ...one, outputs: two.outputs }];
        const read: (readonly [txId: string, effects: string])[] = [];
        for (const { outputs, ttl } of changes) {
          const unsigned = parse(outputs, { made: { 3: ttl } });
          const { effects = [], summary } = unsigned;
          const json = JSON.stringify(summaryToJson(summary));
          expect(json).toBe(seen.get(shown(effects)) ?? json);
          expect(summarize(structuredClone(effects))).toEqual(summary);
          seen.set(shown(effects), json);
          read.push([(await unsigned.sign([key])).txId, shown(effects)]);
        }
        for (const [id, effects] of read) expect(effects === read[0]?.[1]).toBe(id === read[0]?.[0]);
      }),
      { numRuns: 60, seed: 15 },
    );
  });
});
