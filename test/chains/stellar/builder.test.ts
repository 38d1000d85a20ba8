import { Account, Asset, Keypair, Memo, Networks, Operation, TransactionBuilder } from '@stellar/stellar-sdk';
import { describe, expect, it } from 'vitest';
import { stellarBuilder } from '../../../src/chains/stellar/building/builder.js';
import { stellar } from '../../../src/chains/stellar/index.js';
import type { StellarAction } from '../../../src/core/chain/builders/stellar.js';
import { CustosError } from '../../../src/core/errors.js';
import { parseSignatureId } from '../../../src/core/ids.js';
import { NOW, type NodeAnswers, nodeOf } from '../../support/payment-nodes/node.js';
import { absent, answers, from, issuer, to } from '../../support/payment-nodes/xlm.js';
import { queueContext } from '../../support/queue-context.js';

const key = { signatureId: parseSignatureId('26d3883e-4e17-48b3-a0ee-09a3e484ac83') };
const usdc = { code: 'USDC', issuer };
const hash = 'ab'.repeat(32);

async function built(action: StellarAction, changed: NodeAnswers = {}): Promise<string> {
  const context = queueContext(nodeOf({ ...answers, ...changed }));
  return (await stellarBuilder.build({ from, key, ...action }, context)).serialized;
}

/** The same by the official library. */
function expected(operation: Parameters<TransactionBuilder['addOperation']>[0], memo: Memo = Memo.none()): string {
  const options = { fee: '300', networkPassphrase: Networks.PUBLIC, memo };
  return new TransactionBuilder(new Account(from, '103420918407103888'), {
    ...options,
    timebounds: { minTime: 0, maxTime: NOW / 1000 + 86_400 },
  })
    .addOperation(operation)
    .build()
    .toXDR();
}

const pay = (asset: Asset, amount: string) => Operation.payment({ destination: to, asset, amount });
const lumens = pay(Asset.native(), '12.5');
const cases: readonly (readonly [string, StellarAction, string])[] = [
  ['lumens', { kind: 'payment', to, amount: '12.5' }, expected(lumens)],
  ['a text', { kind: 'payment', to, amount: '12.5', message: 'Miete' }, expected(lumens, Memo.text('Miete'))],
  ['an empty text', { kind: 'payment', to, amount: '12.5', message: '' }, expected(lumens)],
  ['a hash', { kind: 'payment', to, amount: '12.5', message: hash }, expected(lumens, Memo.hash(hash))],
  ['an asset', { kind: 'payment', to, amount: '12.5', asset: usdc }, expected(pay(new Asset('USDC', issuer), '12.5'))],
  [
    'a new account',
    { kind: 'creation', to: absent, amount: '2' },
    expected(Operation.createAccount({ destination: absent, startingBalance: '2' })),
  ],
  [
    'a trust line',
    { kind: 'trust', asset: usdc, limit: '10' },
    expected(Operation.changeTrust({ asset: new Asset('USDC', issuer), limit: '10' })),
  ],
  [
    'a trust line without a limit',
    { kind: 'trust', asset: usdc },
    expected(Operation.changeTrust({ asset: new Asset('USDC', issuer) })),
  ],
  [
    'the end of a trust line',
    { kind: 'trust', asset: usdc, limit: '0' },
    expected(Operation.changeTrust({ asset: new Asset('USDC', issuer), limit: '0' })),
  ],
];

describe('what the gateway queues for XLM', () => {
  it.each(cases)('%s is what the official library writes', async (_, action, envelope) => {
    expect(await built(action)).toBe(envelope);
  });

  it('has the next number for each of a hundred payments, and a day of time', async () => {
    const context = queueContext(nodeOf(answers));
    const numbers = [];
    for (let at = 0; at < 100; at++) {
      const { serialized } = await stellarBuilder.build({ from, key, kind: 'payment', to, amount: '1' }, context);
      const read = TransactionBuilder.fromXDR(serialized, Networks.PUBLIC);
      if (!('sequence' in read)) throw new Error('a fee bump');
      numbers.push(BigInt(read.sequence));
      expect(read.timeBounds?.maxTime).toBe(`${NOW / 1000 + 86_400}`);
    }
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, at) => 103_420_918_407_103_889n + BigInt(at)));
  });

  const demanding = { data: { 'config.memo_required': 'MQ==' }, balances: [] };
  it.each([
    [{ kind: 'payment', to, amount: '0.00000001' }, {}, 'AMOUNT_INVALID'],
    [{ kind: 'payment', to, amount: '0' }, {}, 'AMOUNT_INVALID'],
    [{ kind: 'payment', to, amount: '1', message: 'x'.repeat(29) }, {}, 'PAYMENT_UNSUPPORTED'],
    [{ kind: 'payment', to, amount: '1', asset: { ...usdc, code: 'EUR' } }, {}, 'RECEIVER_UNFIT'],
    [{ kind: 'payment', to: absent, amount: '2' }, {}, 'RECEIVER_UNFIT'],
    [{ kind: 'creation', to, amount: '2' }, {}, 'RECEIVER_UNFIT'],
    [{ kind: 'creation', to: absent, amount: '0.5' }, {}, 'RECEIVER_UNFIT'],
    [{ kind: 'trust', asset: { ...usdc, issuer: from } }, {}, 'RECEIVER_UNFIT'],
    [{ kind: 'trust', asset: { ...usdc, code: 'TOO-LONG-A-CODE' } }, {}, 'PAYMENT_UNSUPPORTED'],
    [{ kind: 'payment', to, amount: '1' }, { [`/accounts/${to}`]: demanding }, 'MEMO_REQUIRED'],
    [{ kind: 'payment', to, amount: '1' }, { '/fee_stats': {} }, 'NODE_ANSWER_INVALID'],
  ] as const)('refuses %j (%#)', async (action, changed, code) => {
    await expect(built(action, changed)).rejects.toMatchObject({ code });
  });
});

describe('signed bytes of XLM', () => {
  const pair = Keypair.fromRawEd25519Seed(Buffer.alloc(32, 7));
  const signed = (sequence: string) => {
    const transaction = new TransactionBuilder(new Account(pair.publicKey(), sequence), {
      ...{ fee: '100', networkPassphrase: Networks.TESTNET, timebounds: { minTime: 0, maxTime: 9 } },
    })
      .addOperation(lumens)
      .build();
    transaction.sign(pair);
    return { raw: transaction.toXDR(), txId: transaction.hash().toString('hex') };
  };

  it('have the id of their network', () => {
    const { raw, txId } = signed('41');
    expect(stellar.codec.readSigned?.(raw, 'testnet')).toMatchObject({ raw, txId });
    expect(stellar.codec.readSigned?.(raw, 'mainnet').txId).not.toBe(txId);
  });

  it.each(['', 'AAAA', '{}', cases[0]?.[2] ?? ''])('%j are refused', (text) => {
    expect(() => stellar.codec.readSigned?.(text, 'mainnet')).toThrowError(CustosError);
  });

  it.each([
    ['40', 'tx_bad_seq', 'final'],
    ['41', 'tx_bad_seq', 'later'],
    ['41', 'TRY_AGAIN_LATER', 'later'],
    ['41', 'op_underfunded', 'final'],
    ['42', '', 'later'],
    // The proof of their death needs some minutes more.
    ['41', 'tx_too_late', 'later'],
    ['40', 'tx_too_late', 'final'],
  ])('with the number behind %s, refused by %j, are %s', async (sequence, words, expectedFate) => {
    const { raw, txId } = signed(sequence);
    const node = nodeOf({ [`/accounts/${pair.publicKey()}`]: { sequence: '41' } });
    const recorded = { raw, txId, completed: raw, sender: '' };
    expect(await stellar.node.refusal?.(recorded, words, node)).toBe(expectedFate);
  });

  it.each([
    ['tx_no_source_account', 'later'],
    ['tx_too_late', 'final'],
  ])('of an account that does not exist, refused by %j, are %s', async (words, expectedFate) => {
    const { raw, txId } = signed('41');
    const recorded = { raw, txId, completed: raw, sender: '' };
    expect(await stellar.node.refusal?.(recorded, words, nodeOf({}))).toBe(expectedFate);
    // Nothing shows whether they took effect before the account was merged.
    const clock = '/ledgers?order=desc&limit=1';
    const late = nodeOf({ [clock]: { _embedded: { records: [{ closed_at: '2026-01-01T00:00:00Z' }] } } });
    expect(await stellar.node.fate?.(recorded, late)).toBe('open');
  });
});
