import { Address, HexBlob, Transaction, TransactionOutput, Value } from '@blaze-cardano/core';
import { Emulator } from '@blaze-cardano/emulator';
import {
  BigNum,
  DataCost,
  Transaction as EmurgoTransaction,
  LinearFee,
  min_ada_for_output,
  min_fee,
} from '@emurgo/cardano-serialization-lib-nodejs';
import { hex } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAddress, showBytes } from '../../../src/chains/cardano/address.js';
import { cardano } from '../../../src/chains/cardano/index.js';
import type { PaymentRequest } from '../../../src/core/chain/payment.js';
import type { CheckedPayment } from '../../../src/signing/build-payment.js';
import {
  adaPayments,
  answers,
  answersOf,
  from,
  type Held,
  held,
  nameless,
  parameters,
  to,
  token,
} from '../../support/payment-nodes/ada.js';
import { buildCase, type NodeAnswers, nodeOf, type PaymentCase } from '../../support/payment-nodes/node.js';
import { key, transactionOf } from './completed.js';

const [coins, tokens] = adaPayments as [PaymentCase, PaymentCase];
/** A key hash of zeros. */
const nobodys = showBytes(Uint8Array.of(0x60, ...new Uint8Array(28)), 'testnet');
const linear = LinearFee.new(BigNum.from_str('44'), BigNum.from_str('155381'));
const cost = DataCost.new_coins_per_byte(BigNum.from_str('4310'));

function built(request: Partial<PaymentRequest>, told: NodeAnswers = answers): Promise<CheckedPayment> {
  return buildCase({ ...coins, request: { ...coins.request, ...request } }, nodeOf(told));
}

async function signed({ completed }: CheckedPayment): Promise<string> {
  const unsigned = cardano.codec.parse(completed, { network: 'testnet', from, signers: [key] });
  return transactionOf((await unsigned.sign([key])).raw);
}

/** The transaction as the official library reads it: a fee that suffices, and outputs that hold enough. */
async function officially(payment: CheckedPayment) {
  const transaction = EmurgoTransaction.from_hex(await signed(payment));
  const body = transaction.body();
  const fee = BigInt(body.fee().to_str());
  const least = BigInt(min_fee(transaction, linear).to_str());
  expect(fee).toBeGreaterThanOrEqual(least);
  expect(fee - least).toBeLessThan(44n * 50n);
  const outputs = Array.from({ length: body.outputs().len() }, (_, at) => body.outputs().get(at));
  for (const output of outputs) {
    const amount = BigInt(output.amount().coin().to_str());
    expect(amount).toBeGreaterThanOrEqual(BigInt(min_ada_for_output(output, cost).to_str()));
  }
  return outputs.map((output) => ({
    address: output.address().to_bech32(),
    amount: BigInt(output.amount().coin().to_str()),
    tokens: JSON.parse(output.amount().multiasset()?.to_json() ?? '{}') as unknown,
  }));
}

describe('payments of Cardano', () => {
  it('of coins take the largest output without tokens, and give change back', async () => {
    const payment = await built({});
    expect(payment.spends).toEqual([`${held[1]?.txId}:0`]);
    const fee = payment.summary.fee.amount;
    expect(await officially(payment)).toEqual([
      { address: to, amount: 12_500_000n, tokens: {} },
      { address: from, amount: 27_500_000n - fee, tokens: {} },
    ]);
  });

  it('of tokens take the least coins along, and give other tokens back', async () => {
    const payment = await buildCase(tokens, nodeOf(answers));
    expect(payment.spends).toEqual([`${held[2]?.txId}:2`, `${held[3]?.txId}:0`]);
    const [paid, change, ...more] = await officially(payment);
    const policy = token.split('.')[0] ?? '';
    expect(more).toEqual([]);
    expect(paid).toEqual({ address: to, amount: 1_047_330n, tokens: { [policy]: { '6e7574636f696e': '930' } } });
    expect(change).toMatchObject({ address: from, tokens: { [policy]: { '': '7', '6e7574636f696e': '20' } } });
  });

  it('keep to outputs that no other pending transaction spends', async () => {
    const taken = `${held[1]?.txId}:0`;
    const spent = async (outputs: readonly string[]) => new Set(outputs.filter((one) => one === taken));
    const request = { ...coins.request, amount: '2' };
    const payment = await buildCase({ ...coins, request }, nodeOf(answers), { spent });
    expect(payment.spends).toEqual([`${held[0]?.txId}:1`]);
  });

  it('leave nothing behind when the amount is all that an output holds without the fee', async () => {
    const one = answersOf([{ txId: 'a1'.repeat(32), amount: 40_000_000n }]);
    const refusal = await built({ amount: '39.8' }, one).catch((error: Error) => error.message);
    const [, need = ''] = /payment and fee are (\d+) lovelace/.exec(String(refusal)) ?? [];
    const fee = BigInt(need) - 39_800_000n;
    const payment = await built({ amount: `39.${1_000_000n - fee}` }, one);
    expect(await officially(payment)).toMatchObject([{ address: to, amount: 40_000_000n - fee }]);
    expect(payment.summary.fee.amount).toBe(fee);
  });

  it('leave an output alone whose tokens are named in an unknown form', async () => {
    const odd = { txId: 'e5'.repeat(32), amount: 90_000_000n, tokens: { [`${token.slice(0, 57)}nutcoin`]: 1n } };
    expect((await built({}, answersOf([odd, ...held]))).spends).toEqual([`${held[1]?.txId}:0`]);
    await expect(built({}, answersOf([odd]))).rejects.toMatchObject({ code: 'AMOUNT_INVALID' });
  });

  it('give many tokens back in outputs that the ledger takes', async () => {
    const many = Array.from({ length: 150 }, (_, at) => {
      return [`${at.toString(16).padStart(56, '0')}.${'ab'.repeat(32)}`, 2n ** 63n] as const;
    });
    const one = answersOf([{ txId: 'a1'.repeat(32), amount: 99_000_000n, tokens: Object.fromEntries(many) }]);
    const payment = await built({}, one);
    expect((await officially(payment)).map(({ tokens: found }) => Object.keys(found as object).length)).toEqual([
      0, 60, 60, 30,
    ]);
  });

  it.each<[Partial<PaymentRequest>, NodeAnswers, string]>([
    [{ amount: '0' }, {}, 'AMOUNT_INVALID'],
    [{ amount: '1.0000001' }, {}, 'AMOUNT_INVALID'],
    [{ amount: '0.8' }, {}, 'AMOUNT_INVALID'],
    [{ amount: '60' }, {}, 'AMOUNT_INVALID'],
    [{ amount: '951', token, decimals: 0 }, {}, 'AMOUNT_INVALID'],
    [{ amount: '1', token }, {}, 'DECIMALS_UNKNOWN'],
    [{ token: 'nutcoin', decimals: 0 }, {}, 'PAYMENT_UNSUPPORTED'],
    [{ memo: 'x' }, {}, 'PAYMENT_UNSUPPORTED'],
    [{ tag: '1' }, {}, 'PAYMENT_UNSUPPORTED'],
    [{ to: `${to.slice(0, -1)}x` }, {}, 'ADDRESS_INVALID'],
    [{ to: cardano.keys.address(key.publicKey, 'mainnet') }, {}, 'ADDRESS_INVALID'],
    [{ to: nobodys }, {}, 'RECEIVER_UNFIT'],
    [{ to: nobodys, amount: '1', token, decimals: 0 }, {}, 'RECEIVER_UNFIT'],
    [{ maxFee: '0.1' }, {}, 'FEE_INVALID'],
    [{}, answersOf(held, { ...parameters, minFeeConstant: 6_000_000 }), 'FEE_INVALID'],
    [{}, answersOf(held, { ...parameters, minFeeCoefficient: -1 }), 'NODE_ANSWER_INVALID'],
    [{}, answersOf(held, { ...parameters, maxTxSize: 200 }), 'AMOUNT_INVALID'],
    [
      { amount: '1', token, decimals: 0 },
      answersOf(held, { ...parameters, coinsPerUtxoSize: 4311 }),
      'PAYMENT_UNSUPPORTED',
    ],
    [{}, { '/account/coins': { coins: [{}] } }, 'NODE_ANSWER_INVALID'],
    [{}, { '/account/coins': {} }, 'NODE_ANSWER_INVALID'],
    [{}, { '/account/coins': { coins: [] } }, 'AMOUNT_INVALID'],
  ])('refuse what cannot be paid (%#)', async (request, changed, code) => {
    await expect(built(request, { ...answers, ...changed })).rejects.toMatchObject({ code });
  });

  it('follow the usual rules where a node does not say them', async () => {
    expect((await built({}, answersOf(held, {}))).unsigned).toBe((await built({})).unsigned);
  });

  it('come out even for whatever a wallet holds', async () => {
    const one = fc.record({
      txId: fc.constantFrom('a', 'b', 'c', 'd').map((digit) => digit.repeat(64)),
      index: fc.nat(9),
      amount: fc.bigInt(1_200_000n, 60_000_000n),
      tokens: fc.dictionary(fc.constantFrom(token, nameless), fc.bigInt(1n, 2n ** 40n)),
    });
    const wallets = fc.array(one, { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(wallets, fc.integer({ min: 1_000_000, max: 99_000_000 }), async (wallet, amount) => {
        const request = { amount: (amount / 1_000_000).toFixed(6) };
        const payment = await built(request, answersOf(wallet)).catch((error: { code: string }) => error.code);
        if (typeof payment === 'string') expect(payment).toBe('AMOUNT_INVALID');
        else await officially(payment);
      }),
      { numRuns: 60 },
    );
  });
});

const official = (address: string) => Address.fromBytes(HexBlob(hex.encode(readAddress(address, 'testnet'))));

describe('a Cardano ledger', () => {
  it.each<[string, Partial<PaymentRequest>]>([
    ['coins', {}],
    ['tokens', { amount: '9.3', token, decimals: 2 }],
  ])('a Cardano ledger takes a built payment of %s', async (_name, request) => {
    const bundle = new Map([[token.replace('.', ''), 1000n]]);
    const ledger = new Emulator([
      new TransactionOutput(official(from), new Value(40_000_000n)),
      new TransactionOutput(official(from), new Value(3_000_000n, bundle as never)),
    ]);
    const coinsOfLedger = ledger.utxos().map((one): Held => {
      const amount = one.output().amount();
      const txId = String(one.input().transactionId());
      const units = amount.multiasset()?.values().next().value;
      const index = Number(one.input().index());
      return { txId, index, amount: amount.coin(), ...(units !== undefined && { tokens: { [token]: units } }) };
    });
    const payment = await built(request, answersOf(coinsOfLedger));
    const bytes = await signed(payment);
    await ledger.submitTransaction(Transaction.fromCbor(HexBlob(bytes) as never));
    ledger.stepForwardBlock();
    const arrived = ledger.utxos().filter((one) => one.output().address().toBech32() === official(to).toBech32());
    const [value] = arrived.map((one) => one.output().amount());
    expect(value?.coin()).toBe(request.token === undefined ? 12_500_000n : 1_047_330n);
    expect(value?.multiasset()?.get(token.replace('.', '') as never)).toBe(
      request.token === undefined ? undefined : 930n,
    );
  });
});
