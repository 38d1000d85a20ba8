import { ed25519 } from '@noble/curves/ed25519.js';
import algosdk from 'algosdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { algorand } from '../../../src/chains/algorand/index.js';
import { keyOf } from '../signing.js';
import { printed, requestOf } from './asking.js';

const key = keyOf(algorand);
const keys = [0x22, 0x33, 0x44, 0x55].map((fill) => keyOf(algorand, fill));
const context = { network: 'testnet' as const, from: key.address, signers: [key] };

const account = fc.constantFrom(...keys.map(({ publicKey }) => ({ publicKey: printed(publicKey) })));
const maybeAccount = fc.option(account, { nil: undefined });
const amount = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const assetIndex = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map(String);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(printed);
const text = (maxLength: number) => fc.string({ maxLength, unit: 'grapheme-ascii' });

/** Members that all types have. */
const frame = fc.record({
  fee: fc.nat(1_000_000),
  firstRound: fc.nat(2 ** 31),
  note: fc.uint8Array({ maxLength: 1024 }).map(printed),
  lease: fc.option(bytes(32), { nil: {} }),
  reKeyTo: maybeAccount,
  group: fc.option(bytes(32), { nil: undefined }),
  genesisID: fc.constantFrom('testnet-v1.0', undefined),
});
const none = { to: undefined, amount: undefined };
const payment = fc.record({ to: account, amount, closeRemainderTo: maybeAccount });
const assetMove = fc
  .record({ to: account, amount, assetIndex, closeRemainderTo: maybeAccount, assetRevocationTarget: maybeAccount })
  .map((move) => ({ ...move, type: 'axfer', ...(move.assetRevocationTarget && { closeRemainderTo: undefined }) }));
const roles = {
  assetManager: maybeAccount,
  assetReserve: maybeAccount,
  assetFreeze: maybeAccount,
  assetClawback: maybeAccount,
};
const creation = fc
  .record({
    ...roles,
    assetTotal: amount,
    assetDecimals: fc.nat(19),
    assetDefaultFrozen: fc.boolean(),
    assetUnitName: text(8),
    assetName: text(32),
    assetURL: text(96),
    assetMetadataHash: fc.option(bytes(32), { nil: undefined }),
  })
  .map((params) => ({ ...params, ...none, type: 'acfg' }));
const change = fc.record({ ...roles, assetIndex }).map((params) => ({ ...params, ...none, type: 'acfg' }));
const freeze = fc
  .record({ assetIndex, freezeAccount: account, freezeState: fc.boolean() })
  .map((params) => ({ ...params, ...none, type: 'afrz' }));

const request = fc
  .tuple(frame, fc.oneof(payment, assetMove, creation, change, freeze))
  .map(([head, body]) => requestOf(key, key, { ...head, lastRound: head.firstRound + 1000, ...body }));

describe('any transaction', () => {
  it('the official library reads any transaction as requested, in the same bytes, with a valid signature', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (asked) => {
        const unsigned = algorand.codec.parse(asked, context);
        const { raw, txId } = await unsigned.sign([key]);
        const signed = algosdk.decodeSignedTransaction(Buffer.from(raw, 'hex'));
        const { txn } = signed;
        // The library encodes canonically as well.
        expect(Buffer.from(algosdk.encodeMsgpack(signed)).toString('hex')).toBe(raw);
        expect(txn.txID()).toBe(txId);
        expect(ed25519.verify(signed.sig!, txn.bytesToSign(), key.publicKey)).toBe(true);
        expect(signed.sgnr).toBeUndefined();
        expect(txn.sender.toString()).toBe(unsigned.summary.from);
        expect(txn.fee).toBe(unsigned.summary.fee.amount);
        expectSame(txn, JSON.parse(asked), unsigned.summary);
      }),
      { numRuns: 300 },
    );
  });

  it('a transaction that the official library makes is signed as the library signs it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(2 ** 40), fc.uint8Array({ maxLength: 200 }), fc.nat(3), async (coins, note, at) => {
        const receiver = keys[at]!;
        const txn = algosdk.makePaymentTxnWithSuggestedParamsFromObject({
          sender: key.address,
          receiver: receiver.address,
          amount: coins,
          note,
          suggestedParams: {
            fee: 1000,
            minFee: 1000,
            flatFee: true,
            firstValid: 1000,
            lastValid: 1020,
            genesisID: 'testnet-v1.0',
            genesisHash: Buffer.from('SGO1GKSzyE7IEPItTxCByw9x8FmnrCDexi9/cOUJOiI=', 'base64'),
          },
        });
        const secret = Uint8Array.from([...key.privateKey, ...key.publicKey]);
        const asked = requestOf(key, receiver, { amount: coins, note: printed(note) });
        const { raw } = await algorand.codec.parse(asked, context).sign([key]);
        expect(raw).toBe(Buffer.from(txn.signTxn(secret)).toString('hex'));
      }),
      { numRuns: 50 },
    );
  });
});

type Asked = Record<string, { publicKey: Record<string, number> } & string & Record<string, number>>;

function expectSame(
  txn: algosdk.Transaction,
  asked: Asked,
  summary: { tokens: readonly unknown[]; value: { amount: bigint } },
) {
  const address = (name: string) =>
    asked[name] === undefined
      ? undefined
      : algosdk.encodeAddress(Uint8Array.from(Object.values(asked[name].publicKey)));
  const row = (name: string) => Object.values(asked[name] ?? {});
  expect(txn.type).toBe(asked['type']);
  expect([...txn.note]).toEqual(row('note'));
  expect(txn.rekeyTo?.toString()).toBe(address('reKeyTo'));
  expect([...(txn.group ?? [])]).toEqual(row('group'));
  if (txn.payment) {
    expect(txn.payment.receiver.toString()).toBe(address('to'));
    expect([txn.payment.amount, txn.payment.amount]).toEqual([BigInt(asked['amount']!), summary.value.amount]);
    expect(txn.payment.closeRemainderTo?.toString()).toBe(address('closeRemainderTo'));
  }
  if (txn.assetTransfer) {
    const { assetIndex: index, amount: units, receiver, assetSender, closeRemainderTo } = txn.assetTransfer;
    expect([index, units]).toEqual([BigInt(asked['assetIndex']!), BigInt(asked['amount']!)]);
    expect([receiver.toString(), assetSender?.toString()]).toEqual([address('to'), address('assetRevocationTarget')]);
    expect(closeRemainderTo?.toString()).toBe(address('closeRemainderTo'));
    expect(summary.tokens[0]).toMatchObject({ contract: index.toString(), amount: units, to: receiver.toString() });
  }
  if (txn.assetConfig) {
    const config = txn.assetConfig;
    expect(config.assetIndex).toBe(BigInt(asked['assetIndex'] ?? 0));
    expect(config.manager?.toString()).toBe(address('assetManager'));
    expect(config.clawback?.toString()).toBe(address('assetClawback'));
    if (asked['assetTotal'] !== undefined) {
      expect(config.total).toBe(BigInt(asked['assetTotal']));
      expect([config.assetName ?? '', config.unitName ?? '', config.assetURL ?? '']).toEqual([
        asked['assetName'],
        asked['assetUnitName'],
        asked['assetURL'],
      ]);
    }
  }
  if (txn.assetFreeze) {
    expect(txn.assetFreeze.freezeAccount.toString()).toBe(address('freezeAccount'));
    expect(txn.assetFreeze.frozen).toBe(asked['freezeState']);
  }
}
