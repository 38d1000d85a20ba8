import { Address, HexBlob, Transaction, TransactionOutput, Value } from '@blaze-cardano/core';
import { Emulator } from '@blaze-cardano/emulator';
import { hex } from '@scure/base';
import { describe, expect, it } from 'vitest';
import { readAddress } from '../../../src/chains/cardano/address.js';
import { cardano } from '../../../src/chains/cardano/index.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import { completed, key, other, second, transactionOf } from './completed.js';

const context: ParseContext = { network: 'testnet', from: key.address, signers: [key, second] };
const official = (address: string) => Address.fromBytes(HexBlob(hex.encode(readAddress(address, 'testnet'))));

/** A ledger in which each of these wallets has one output of ten coins. */
function ledgerOf(wallets: readonly { readonly address: string }[]) {
  const outputs = wallets.map(({ address }) => new TransactionOutput(official(address), new Value(10_000_000n)));
  const ledger = new Emulator(outputs);
  return { ledger, txId: String(ledger.utxos()[0]!.input().transactionId()) };
}

function balance(ledger: Emulator, address: string): bigint {
  const own = ledger.utxos().filter((one) => one.output().address().toBech32() === official(address).toBech32());
  return own.reduce((sum, one) => sum + one.output().amount().coin(), 0n);
}

const read = (digits: string) => Transaction.fromCbor(HexBlob(digits) as never);

describe('a Cardano ledger', () => {
  it.each([
    ['one wallet', [key]],
    ['two wallets', [key, second]],
  ])('a Cardano ledger takes a transaction of %s once, and moves what the summary says', async (_name, wallets) => {
    const { ledger, txId } = ledgerOf(wallets);
    const inputs = wallets.map(({ address }) => ({ address, amount: 10_000_000 }));
    const outputs = [{ address: other.address, amount: inputs.length * 10_000_000 - 200_000 }];
    const signers = wallets;
    const unsigned = cardano.codec.parse(completed({ inputs, outputs, txId }), { ...context, signers });
    const signed = await unsigned.sign(wallets);
    const bytes = transactionOf(signed.raw);
    expect(String(await ledger.submitTransaction(read(bytes)))).toBe(signed.txId);
    ledger.stepForwardBlock();
    expect(balance(ledger, other.address)).toBe(unsigned.summary.value.amount);
    expect(balance(ledger, key.address)).toBe(0n);
    await expect(ledger.submitTransaction(read(bytes))).rejects.toThrow();
  });

  it('a Cardano ledger refuses a transaction that was changed after signing, or that lacks a signature', async () => {
    const { ledger, txId } = ledgerOf([key, second]);
    const inputs = [key, second].map(({ address }) => ({ address, amount: 10_000_000 }));
    const outputs = [{ address: other.address, amount: 19_800_000 }];
    const bytes = transactionOf(
      (await cardano.codec.parse(completed({ inputs, outputs, txId }), context).sign([key, second])).raw,
    );
    const richer = bytes.replace(
      (19_800_000).toString(16).padStart(8, '0'),
      (19_700_000).toString(16).padStart(8, '0'),
    );
    expect(richer).not.toBe(bytes);
    await expect(ledger.submitTransaction(read(richer))).rejects.toThrow();
    const signature = hex.encode(second.publicKey).slice(0, 64);
    expect(bytes).toContain(signature);
    const foreign = bytes.replace(signature, hex.encode(other.publicKey).slice(0, 64));
    await expect(ledger.submitTransaction(read(foreign))).rejects.toThrow();
    expect(balance(ledger, other.address)).toBe(0n);
  });
});
