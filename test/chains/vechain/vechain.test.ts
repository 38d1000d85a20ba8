import { HexUInt, Transaction } from '@vechain/sdk-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vechain } from '../../../src/chains/vechain/index.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import { networkOf } from '../../../src/core/ids.js';
import { mnemonicToSeed } from '../../../src/crypto/mnemonic.js';
import { loadVectors } from '../../support/vectors.js';
import { codeOf, expectOnlyCodes, expectOnlyCodesOfTexts } from '../codes.js';
import { completeVector, signVector } from '../replay.js';
import { keyOf } from '../signing.js';

const file = loadVectors('VET');
const key = keyOf(vechain);
const other = keyOf(vechain, 0x22);
const context: ParseContext = { network: 'testnet', from: key.address, signers: [key] };
const word = (text: string) => text.padStart(64, '0');

/** A completed transaction with changes. */
function completed(change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    chainTag: 0x27,
    blockRef: '0x0121eac0b88d7bd2',
    expiration: 720,
    clauses: [{ to: other.address, value: '1500000000000000000', data: '0x' }],
    gasPriceCoef: 0,
    gas: '21000',
    dependsOn: null,
    nonce: '7',
    ...change,
  });
}

const decoded = (raw: string) => Transaction.decode(HexUInt.of(raw).bytes, true);

describe('a recorded transaction', () => {
  it.each(file.transactions.filter(({ deterministic }) => deterministic))(
    '$name is signed as recorded',
    async (vector) => {
      const { raw, txId, key: signer } = await signVector(vechain, vector);
      expect(raw).toBe(vector.broadcast.body['txData']);
      expect(decoded(raw).id.toString()).toBe(txId);
      expect(decoded(raw).origin.toString().toLowerCase()).toBe(signer.address);
    },
  );

  it('a recorded transaction without a nonce gets one, and is otherwise the same', async () => {
    const vector = file.transactions.find(({ deterministic }) => !deterministic)!;
    const [one, two] = [
      JSON.parse(await completeVector(vechain, vector)),
      JSON.parse(await completeVector(vechain, vector)),
    ];
    expect(one.nonce).not.toBe(two.nonce);
    expect({ ...one, nonce: '' }).toEqual({ ...two, nonce: '' });
  });

  it('a transaction is refused if the node says that it would be reverted', async () => {
    const [vector] = file.transactions;
    const rpc = vector!.rpc.map((call) => {
      const { body } = call.response;
      return Array.isArray(body)
        ? { ...call, response: { status: 200, body: [{ ...body[0], reverted: true, vmError: 'no' }] } }
        : call;
    });
    await expect(completeVector(vechain, { ...vector!, rpc })).rejects.toMatchObject({ code: 'NODE_REFUSED' });
  });
});

describe('a wallet', () => {
  it('a wallet derives the recorded xpubs, addresses and keys', async () => {
    for (const { testnet, mnemonic, xpub } of file.wallets) {
      expect(vechain.keys.hd!.account(await mnemonicToSeed(mnemonic), networkOf(testnet)).xpub).toBe(xpub);
    }
    for (const { testnet, xpub, index, address } of file.addresses) {
      expect(vechain.keys.address(vechain.keys.hd!.publicKey!(xpub, index), networkOf(testnet))).toBe(address);
    }
    for (const { testnet, mnemonic, index, privateKey } of file.privateKeys) {
      const { node } = vechain.keys.hd!.account(await mnemonicToSeed(mnemonic), networkOf(testnet));
      expect(vechain.keys.encodePrivateKey(vechain.keys.hd!.privateKey(node, index), 'mainnet')).toBe(privateKey);
    }
    expectOnlyCodesOfTexts(vechain);
  });
});

describe('a transaction', () => {
  it('a transaction is decoded as the official library reads it, and is signed with its own key', async () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 27n });
    await fc.assert(
      fc.asyncProperty(
        fc.array(amount, { minLength: 1, maxLength: 4 }),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        async (amounts, nonce) => {
          const clauses = amounts.map((value) => ({ to: other.address, value: value.toString(), data: '0x' }));
          const unsigned = vechain.codec.parse(completed({ clauses, nonce: nonce.toString(), gas: '200000' }), context);
          const { raw, txId } = await unsigned.sign([key]);
          const read = decoded(raw);
          expect(read.body.clauses.map(({ value }) => BigInt(value))).toEqual(amounts);
          expect(unsigned.summary.value.amount).toBe(amounts.reduce((sum, one) => sum + one, 0n));
          expect(read.id.toString()).toBe(txId);
          expect(read.origin.toString().toLowerCase()).toBe(key.address);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('a transaction of a token says what moves and to whom', () => {
    const summaryOf = (selector: string) => {
      const data = `${selector}${word(other.address.slice(2))}${word(5n.toString(16))}`;
      const clauses = [{ to: other.address, value: '0', data }];
      return vechain.codec.parse(completed({ clauses, gas: '60000' }), context).summary;
    };
    expect(summaryOf('0x095ea7b3').tokens).toMatchObject([{ standard: 'VIP-180 or VIP-181' }]);
    expect(summaryOf('0xa9059cbb')).toMatchObject({
      kind: 'token-transfer',
      opaque: false,
      tokens: [{ standard: 'VIP-180', amount: 5n }],
      fee: { asset: 'VTHO', amount: 6n * 10n ** 17n },
    });
  });

  it.each([
    ['of another network', { chainTag: 0x4a }, 'CHAIN_ID_MISMATCH'],
    ['with too little gas', { gas: '20999' }, 'GAS_TOO_LOW'],
    ['with a member more', { reserved: [] }, 'TRANSACTION_INVALID'],
    ['without clauses', { clauses: [] }, 'TRANSACTION_INVALID'],
    [
      'with a member more in a clause',
      { clauses: [{ to: other.address, value: '1', data: '0x', x: 1 }] },
      'TRANSACTION_INVALID',
    ],
    [
      'with an amount that is not a number',
      { clauses: [{ to: other.address, value: '1.5', data: '0x' }] },
      'AMOUNT_INVALID',
    ],
    ['with a block reference of another length', { blockRef: '0x01' }, 'TRANSACTION_INVALID'],
  ])('a transaction %s is refused', (_what, change, expected) => {
    expect(codeOf(() => vechain.codec.parse(completed(change), context))).toBe(expected);
  });

  it('a transaction of a foreign sender is refused, and never signed with a foreign key', async () => {
    const [vector] = file.transactions;
    const request = { ...JSON.parse(vector!.pending.serializedTransaction), from: other.address };
    const pending = { ...vector!.pending, serializedTransaction: JSON.stringify(request) };
    await expect(completeVector(vechain, { ...vector!, pending })).rejects.toMatchObject({ code: 'SENDER_MISMATCH' });
    await expect(vechain.codec.parse(completed(), context).sign([other])).rejects.toMatchObject({
      code: 'SENDER_MISMATCH',
    });
    await expect(vechain.codec.parse(completed(), context).sign([])).rejects.toMatchObject({ code: 'KEY_MISSING' });
  });

  it('any text gives a transaction or a coded error', () => expectOnlyCodes(vechain, completed(), context));
});
