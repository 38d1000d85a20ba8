import { describe, expect, it } from 'vitest';
import { decode, encode, validate, Wallet } from 'xrpl';
import { xrpBuilder } from '../../../src/chains/xrp-ledger/builder.js';
import { xrpLedger } from '../../../src/chains/xrp-ledger/index.js';
import type { XrpAction } from '../../../src/core/chain/builders/xrp-ledger.js';
import { parseSignatureId } from '../../../src/core/ids.js';
import { type NodeAnswers, nodeOf } from '../../support/payment-nodes/node.js';
import { issuer, xrpPayments } from '../../support/payment-nodes/xrp.js';
import { queueContext } from '../../support/queue-context.js';

const wallet = Wallet.fromSeed('sEdTM1uX8pu2do5XvTnutH6HsouMaM2');
const from = wallet.classicAddress;
const key = { signatureId: parseSignatureId('26d3883e-4e17-48b3-a0ee-09a3e484ac83') };
const answers: NodeAnswers = xrpPayments[0]?.answers ?? {};
const to = 'rPT1Sjq2YGrBMTttX4GZHjKu9dyfzbpAYe';
const currency = { code: 'DA39A3EE5E6B4B0D3255BFEF95601890AFD80709', issuer };
const actions: readonly (readonly [string, XrpAction, object])[] = [
  ['coins', { kind: 'payment', to, amount: '12.5' }, { Amount: '12500000' }],
  [
    'coins with tags',
    { kind: 'payment', to, amount: '1', sourceTag: 7, destinationTag: 0 },
    { SourceTag: 7, DestinationTag: 0 },
  ],
  [
    'an issued currency',
    { kind: 'payment', to, amount: '12.5', currency },
    { Amount: { currency: currency.code, issuer, value: '12.5' } },
  ],
  [
    'a trust line',
    { kind: 'trust', currency, limit: '1000' },
    { TransactionType: 'TrustSet', LimitAmount: { currency: currency.code, issuer, value: '1000' } },
  ],
  [
    'the end of a trust line',
    { kind: 'trust', currency, limit: '0' },
    { LimitAmount: { currency: currency.code, issuer, value: '0' } },
  ],
  ['rippling', { kind: 'settings', flag: 'rippling', isSet: true }, { TransactionType: 'AccountSet', SetFlag: 8 }],
  ['no demand for tags', { kind: 'settings', flag: 'requireDestinationTag', isSet: false }, { ClearFlag: 1 }],
];

function built(action: XrpAction & { readonly fee?: string }, changed: NodeAnswers = {}) {
  const context = queueContext(nodeOf({ ...answers, ...changed }));
  return xrpBuilder.build({ from, key, ...action }, context).then(({ serialized }) => JSON.parse(serialized));
}

describe('what the gateway queues for XRP', () => {
  it.each(actions)('%s is complete, and the official library signs it', async (_, action, expected) => {
    const fields = await built(action);
    validate(fields);
    expect(decode(encode(fields))).toEqual(fields);
    const common = { Account: from, Sequence: 4711, LastLedgerSequence: 93_000_900, Fee: '10', Flags: 0 };
    expect(fields).toMatchObject({ ...common, ...expected });
    const { tx_blob: raw, hash } = wallet.sign(fields);
    expect(xrpLedger.codec.readSigned?.(raw, 'mainnet')).toMatchObject({ raw, txId: hash });
    const own = { network: 'mainnet', from, signers: [{ address: from }] } as const;
    expect(xrpLedger.codec.parse(JSON.stringify(fields), own).nonce).toBe(4711n);
  });

  it('has the next number for each of a hundred payments', async () => {
    const context = queueContext(nodeOf(answers));
    const numbers = [];
    for (let at = 0; at < 100; at++) {
      const { serialized } = await xrpBuilder.build({ from, key, kind: 'payment', to, amount: '1' }, context);
      numbers.push(JSON.parse(serialized).Sequence);
    }
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, at) => 4711 + at));
  });

  it('pays the fee that the request names, or what the network takes at least', async () => {
    const payment = { kind: 'payment', to, amount: '1' } as const;
    expect((await built({ ...payment, fee: '0.01' })).Fee).toBe('10000');
    expect((await built({ ...payment, fee: '0.000001' })).Fee).toBe('10');
    const busy = { fee: { drops: { base_fee: '10', open_ledger_fee: '5000' } } };
    expect((await built(payment, busy)).Fee).toBe('5000');
  });

  const demanding = { account_info: { account_data: { Flags: 0x20000, Sequence: 1 }, ledger_current_index: 5 } };
  it.each([
    [{ kind: 'payment', to, amount: '0' }, {}, 'AMOUNT_INVALID'],
    [{ kind: 'payment', to, amount: '0.0000001' }, {}, 'AMOUNT_INVALID'],
    [{ kind: 'payment', to: `${to}1`, amount: '1' }, {}, 'ADDRESS_INVALID'],
    [{ kind: 'payment', to, amount: '1' }, demanding, 'MEMO_REQUIRED'],
    [{ kind: 'payment', to, amount: '1', fee: 'x' }, {}, 'FEE_INVALID'],
    [{ kind: 'payment', to, amount: '1' }, { account_info: { error: 'actNotFound' } }, 'NODE_ANSWER_INVALID'],
    [{ kind: 'payment', to, amount: '1' }, { fee: { drops: {} } }, 'NODE_ANSWER_INVALID'],
    [{ kind: 'trust', currency: { ...currency, issuer: from }, limit: '1' }, {}, 'RECEIVER_UNFIT'],
    [{ kind: 'trust', currency: { ...currency, code: 'XRP' }, limit: '1' }, {}, 'PAYMENT_UNSUPPORTED'],
    [{ kind: 'trust', currency, limit: '1234567890.1234567' }, {}, 'AMOUNT_INVALID'],
  ] as const)('refuses %j (%#)', async (action, changed, code) => {
    await expect(built(action, changed)).rejects.toMatchObject({ code });
  });
});

describe('signed bytes of XRP', () => {
  it.each(['', 'x', '00', '1200', '{}'])('%j are refused', (text) => {
    expect(() => xrpLedger.codec.readSigned?.(text, 'mainnet')).toThrowError(
      expect.objectContaining({ code: 'TRANSACTION_INVALID' }),
    );
  });
});
