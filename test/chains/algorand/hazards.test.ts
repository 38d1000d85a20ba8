import { describe, expect, it } from 'vitest';
import { algorand } from '../../../src/chains/algorand/index.js';
import { expectEveryChangeTold, jsonVariants } from '../../support/every-field.js';
import { loadVectors } from '../../support/vectors.js';
import { completeVector, contextOfVector, keysOfVector } from '../replay.js';
import { keyOf } from '../signing.js';
import { printed, requestOf } from './asking.js';

const key = keyOf(algorand);
const other = keyOf(algorand, 0x22);
const third = keyOf(algorand, 0x33);
const context = { network: 'testnet' as const, from: key.address, signers: [key] };
const thief = { party: third.address };
const own = { party: key.address };
const gone = { to: undefined, amount: undefined };
const axfer = { type: 'axfer', assetIndex: 5 };
const configure = { ...gone, type: 'acfg', assetIndex: 5 };
const create = { ...gone, type: 'acfg', assetTotal: '1000', assetDecimals: 2, assetName: 'Gold' };
const bytes = printed(new Uint8Array(32).fill(7));

/** Each operation of the chain with its hazards. */
const table: readonly (readonly [what: string, change: Record<string, unknown>, hazards: readonly object[]])[] = [
  ['a payment', {}, []],
  ['a payment with a note', { note: { 0: 104 } }, []],
  [
    'a payment beside which the account changes hands',
    { reKeyTo: { publicKey: printed(third.publicKey) } },
    [{ kind: 'account-control', ...thief, text: 'rekey' }],
  ],
  [
    'a payment beside which the account is emptied',
    { closeRemainderTo: third.address },
    [{ kind: 'closes-account', ...thief, asset: 'ALGO', text: 'closeRemainderTo' }],
  ],
  [
    'a payment with both',
    { closeRemainderTo: third.address, reKeyTo: third.address },
    [
      { kind: 'account-control', ...thief, text: 'rekey' },
      { kind: 'closes-account', ...thief, asset: 'ALGO', text: 'closeRemainderTo' },
    ],
  ],
  ['a payment with a lease', { lease: bytes }, []],
  ['a payment of a group', { group: bytes }, [{ kind: 'opaque-data', text: 'group' }]],
  [
    'a payment of a far round',
    { firstRound: 4_000_000_000, lastRound: 4_000_000_900 },
    [{ kind: 'long-lived', text: 'lastRound far ahead' }],
  ],
  ['a transfer of an asset', axfer, []],
  ['an opt-in', { ...axfer, to: key.address, amount: 0 }, [{ kind: 'account-settings', asset: '5', text: 'opt-in' }]],
  [
    'an opt-in beside which the account changes hands',
    { ...axfer, to: key.address, amount: 0, reKeyTo: third.address },
    [
      { kind: 'account-control', ...thief, text: 'rekey' },
      { kind: 'account-settings', asset: '5', text: 'opt-in' },
    ],
  ],
  [
    'a transfer of an asset that closes the holding',
    { ...axfer, closeRemainderTo: third.address },
    [{ kind: 'closes-account', ...thief, asset: '5', text: 'closeRemainderTo' }],
  ],
  [
    'an asset that is taken back',
    { ...axfer, assetRevocationTarget: third.address },
    [{ kind: 'issuer-settings', ...thief, asset: '5', amount: 1_000_000n, text: 'clawback' }],
  ],
  [
    'a new asset',
    { ...create, assetManager: third.address },
    [
      { kind: 'issuer-settings', text: 'asset create' },
      { kind: 'issuer-settings', ...thief, text: 'asset manager' },
    ],
  ],
  [
    'an asset that is handed over',
    { ...configure, assetManager: third.address, assetFreeze: key.address, assetClawback: third.address },
    [
      { kind: 'issuer-settings', asset: '5', text: 'asset configure' },
      { kind: 'account-control', ...thief, asset: '5', text: 'asset manager' },
      { kind: 'issuer-settings', ...own, asset: '5', text: 'asset freeze' },
      { kind: 'account-control', ...thief, asset: '5', text: 'asset clawback' },
    ],
  ],
  ['an asset that is destroyed', configure, [{ kind: 'issuer-settings', asset: '5', text: 'asset destroy' }]],
  ...[true, false].map(
    (freezeState) =>
      [
        `a holding that is ${freezeState ? 'frozen' : 'released'}`,
        { ...gone, type: 'afrz', assetIndex: 5, freezeAccount: third.address, freezeState },
        [{ kind: 'issuer-settings', ...thief, asset: '5', text: freezeState ? 'freeze' : 'unfreeze' }],
      ] as const,
  ),
];

describe('an Algorand transaction', () => {
  it.each(table)('the hazards of %s are named', (_what, change, hazards) => {
    expect(algorand.codec.parse(requestOf(key, other, change), context).summary.hazards).toEqual(hazards);
  });

  it('a transaction that another key signs names the account', () => {
    const rekeyed = { network: 'testnet' as const, from: third.address, signers: [third], allowForeignKey: true };
    const { summary } = algorand.codec.parse(requestOf(key, other, {}), rekeyed);
    expect(summary.hazards).toEqual([{ kind: 'foreign-key', ...own }]);
  });

  it('a note that looks like the digits of another note is still distinct', () => {
    const noteOf = (text: string) =>
      JSON.stringify(
        algorand.codec.parse(requestOf(key, other, { note: printed(Buffer.from(text)) }), context).summary.notes,
      );
    expect(noteOf('0x00')).not.toBe(noteOf('\0'));
  });

  it.each(table)('every change of %s shows in the summary', async (_what, change) => {
    const completed = requestOf(key, other, change);
    const place = { chain: algorand, completed, context, keys: [key] };
    const parties = { closeRemainderTo: third.address, reKeyTo: third.address, lease: bytes, group: bytes };
    const added = Object.entries({ ...parties, assetRevocationTarget: third.address, assetManager: other.address }).map(
      ([name, value]) => requestOf(key, other, { ...change, [name]: value }),
    );
    expect(await expectEveryChangeTold(place, [...jsonVariants(completed, [third.address]), ...added])).toBeGreaterThan(
      5,
    );
  });

  it.each(loadVectors('ALGO').transactions)(
    'every change of the recorded "$name" shows in the summary',
    async (vector) => {
      const keys = await keysOfVector(algorand, vector);
      const completed = await completeVector(algorand, vector);
      const place = { chain: algorand, completed, context: contextOfVector(algorand, vector, keys), keys };
      expect(await expectEveryChangeTold(place, jsonVariants(completed, [third.address]))).toBeGreaterThan(5);
    },
  );
});
