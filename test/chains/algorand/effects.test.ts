import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { algorand } from '../../../src/chains/algorand/index.js';
import { summarize } from '../../../src/chains/algorand/summary.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import type { Effect } from '../../../src/core/chain/effect.js';
import { CustosError } from '../../../src/core/errors.js';
import { jsonVariants } from '../../support/every-field.js';
import { codeOf } from '../codes.js';
import { keyOf } from '../signing.js';
import { printed, requestOf } from './asking.js';

const key = keyOf(algorand);
const other = keyOf(algorand, 0x22);
const thief = keyOf(algorand, 0x33).address;
const me = key.address;
const to = other.address;
const context: ParseContext = { network: 'testnet', from: me, signers: [key] };
const gone = { to: undefined, amount: undefined };
const axfer = { type: 'axfer', assetIndex: 5 };
const configure = { ...gone, type: 'acfg', assetIndex: 5 };
const bytes = printed(new Uint8Array(32).fill(7));
const digits = '07'.repeat(32);

type Expected = Partial<Omit<Effect, 'args'>> & { readonly op: Effect['op']; readonly args?: Record<string, string> };
type Row = readonly [what: string, change: Record<string, unknown>, effects: readonly Expected[]];

const paid: Expected = { op: 'transfer', to, asset: 'ALGO', amount: 1_000_000n, method: 'pay' };
const sent: Expected = { op: 'token-transfer', to, asset: '5', amount: 1_000_000n, method: 'axfer' };
const closes = (asset: string): Expected => ({
  ...{ op: 'account', code: 'closes-account', to: thief, asset, method: 'closeRemainderTo' },
});
const rekeys: Expected = { op: 'account', code: 'account-control', to: thief, method: 'rekey' };
const optsIn: Expected = {
  ...{ op: 'account', code: 'account-settings', method: 'opt-in', args: { assetIndex: '5' } },
};
const issuer = (method: string, args: Record<string, string>): Expected => ({
  ...{ op: 'issuer', code: 'issuer-settings', method, args },
});
const unset = {
  assetTotal: '0',
  assetDecimals: '0',
  assetDefaultFrozen: 'false',
  assetUnitName: '',
  assetName: '',
  assetURL: '',
};

/** Each operation of the chain, and each field beside it, with its effects. */
const table: readonly Row[] = [
  ['a payment', {}, [paid]],
  ['a payment to itself', { to: me }, [{ ...paid, to: me, own: true }]],
  [
    'a payment with a note and a lease',
    { note: { 0: 104 }, lease: bytes },
    [{ ...paid, args: { note: '68', lease: digits } }],
  ],
  ['a payment that closes the account', { closeRemainderTo: thief }, [paid, closes('ALGO')]],
  ['a payment that hands the account over', { reKeyTo: thief }, [rekeys, paid]],
  ['a payment with both', { reKeyTo: thief, closeRemainderTo: thief }, [rekeys, paid, closes('ALGO')]],
  [
    'a payment of a group',
    { group: bytes },
    [paid, { op: 'note', code: 'opaque-data', method: 'group', args: { group: digits } }],
  ],
  [
    'a payment of a far round',
    { firstRound: 4_000_000_000, lastRound: 4_000_000_900 },
    [paid, { op: 'note', code: 'long-lived', method: 'lastRound far ahead' }],
  ],
  ['a transfer of an asset', axfer, [sent]],
  ['a transfer that closes the holding', { ...axfer, closeRemainderTo: thief }, [sent, closes('5')]],
  ['an opt-in', { ...axfer, to: me, amount: 0 }, [optsIn]],
  [
    'an opt-in with a note',
    { ...axfer, to: me, amount: 0, note: { 0: 104 } },
    [{ ...optsIn, args: { assetIndex: '5', note: '68' } }],
  ],
  [
    'a clawback',
    { ...axfer, assetRevocationTarget: thief },
    [{ ...sent, code: 'issuer-settings', from: thief, method: 'clawback' }],
  ],
  [
    'a new asset',
    {
      ...{ ...gone, type: 'acfg', assetTotal: '1000', assetDecimals: 2, assetName: 'Gold', assetUnitName: 'AU' },
      ...{ assetURL: 'https://gold', assetDefaultFrozen: true, assetMetadataHash: bytes, assetManager: thief },
    },
    [
      issuer('asset create', {
        ...{ assetTotal: '1000', assetDecimals: '2', assetDefaultFrozen: 'true', assetUnitName: 'AU' },
        ...{ assetName: 'Gold', assetURL: 'https://gold', assetMetadataHash: digits },
      }),
      { op: 'issuer', code: 'issuer-settings', to: thief, method: 'asset manager' },
    ],
  ],
  [
    'an asset that is handed over',
    { ...configure, assetManager: thief, assetReserve: thief, assetFreeze: me, assetClawback: thief },
    [
      issuer('asset configure', { assetIndex: '5', ...unset }),
      { op: 'account', code: 'account-control', to: thief, method: 'asset manager', args: { assetIndex: '5' } },
      { op: 'account', code: 'account-control', to: thief, method: 'asset reserve', args: { assetIndex: '5' } },
      { op: 'issuer', code: 'issuer-settings', to: me, method: 'asset freeze', args: { assetIndex: '5' } },
      { op: 'account', code: 'account-control', to: thief, method: 'asset clawback', args: { assetIndex: '5' } },
    ],
  ],
  ['an asset that is destroyed', configure, [issuer('asset destroy', { assetIndex: '5', ...unset })]],
  ...[true, false].map((freezeState): Row => {
    const method = freezeState ? 'freeze' : 'unfreeze';
    return [
      `a holding to ${method}`,
      { ...gone, type: 'afrz', assetIndex: 5, freezeAccount: thief, freezeState },
      [{ ...issuer(method, { assetIndex: '5' }), to: thief }],
    ];
  }),
];

const requestWith = (change: Record<string, unknown>) => requestOf(key, other, change);
const effectsOf = (text: string, change: Partial<ParseContext> = {}) =>
  algorand.codec.parse(text, { ...context, ...change }).effects ?? [];
const listed = (args: Record<string, string>) => Object.entries(args).map(([name, value]) => ({ name, value }));
const whole = ({ args, ...rest }: Expected): Effect => ({ from: me, ...rest, ...(args && { args: listed(args) }) });

describe('the effects of an Algorand transaction', () => {
  it.each(table)('the effects of %s are exact and complete', (_what, change, effects) => {
    const [fee, ...others] = [...effectsOf(requestWith(change))].reverse();
    expect(others.reverse()).toEqual(effects.map(whole));
    const { firstRound = 1000, lastRound = 1020 } = change;
    expect(fee).toEqual({
      ...{ op: 'fee', from: me, asset: 'ALGO', amount: 1000n },
      args: listed({
        ...{ firstRound: `${firstRound}`, lastRound: `${lastRound}`, genesisID: 'testnet-v1.0' },
        genesisHash: '4863b518a4b3c84ec810f22d4f1081cb0f71f059a7ac20dec62f7f70e5093a22',
      }),
    });
  });

  it.each(['keyreg', 'appl', 'stpf', 'hb'])('a transaction of the type %s is refused, so it has no effects', (type) => {
    expect(codeOf(() => effectsOf(requestWith({ type })))).toBe('TRANSACTION_UNSUPPORTED');
  });

  it('a transaction that another key signs has an effect with account and key', () => {
    const third = keyOf(algorand, 0x33);
    const effects = effectsOf(requestWith({}), { from: thief, signers: [third], allowForeignKey: true });
    const foreign = { op: 'note', code: 'foreign-key', from: thief, to: me, method: 'sgnr' };
    expect(effects.slice(0, -1)).toEqual([whole(paid), foreign]);
    expect(effects.at(-1)).toMatchObject({ op: 'fee', from: me });
  });

  it('rounds and fee, which may be filled in, are in the fee effect alone', () => {
    const [first, second] = [{}, { firstRound: 2000, lastRound: 2500, fee: 2000 }].map((change) =>
      effectsOf(requestWith(change)),
    );
    expect(first?.slice(0, -1)).toEqual(second?.slice(0, -1));
    expect(first?.at(-1)).not.toEqual(second?.at(-1));
  });

  it.each(table)('every change of %s shows in the effects', async (_what, change) => {
    const completed = requestWith(change);
    const first = await read(completed);
    let changed = 0;
    for (const variant of jsonVariants(completed, [thief, me, bytes])) {
      const found = await read(variant);
      if (found === undefined || found.txId === first?.txId) continue;
      expect(found.effects, variant).not.toBe(first?.effects);
      changed += 1;
    }
    expect(changed).toBeGreaterThan(12);
  });

  it('equal effects give an equal summary: nothing else of the transaction is asked', () => {
    const beside = fc.record(
      {
        note: fc.constantFrom<Record<string, number>>({ 0: 104 }, { 0: 255 }, { 0: 34, 1: 10 }),
        lease: fc.constant(bytes),
        group: fc.constant(bytes),
        reKeyTo: fc.constant(thief),
        fee: fc.integer({ min: 0, max: 5000 }),
        flatFee: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.constantFrom(...table.map(([, change]) => change)), beside, (change, more) => {
        const { effects = [], summary } = algorand.codec.parse(requestWith({ ...change, ...more }), context);
        expect(summarize(structuredClone(effects))).toEqual(summary);
        expect(summary.hazards.map(({ kind }) => kind)).toEqual(effects.flatMap(({ code }) => code ?? []));
        expect(effects.filter(({ op }) => op === 'fee')).toEqual([effects.at(-1)]);
      }),
      { numRuns: 200, seed: 15 },
    );
  });
});

async function read(completed: string): Promise<{ effects: string; txId: string } | undefined> {
  try {
    const { effects, sign } = algorand.codec.parse(completed, context);
    const json = JSON.stringify(effects, (_name, value) => (typeof value === 'bigint' ? `${value}` : value));
    return { effects: json, txId: (await sign([key])).txId };
  } catch (error) {
    if (error instanceof CustosError) return undefined;
    throw error;
  }
}
