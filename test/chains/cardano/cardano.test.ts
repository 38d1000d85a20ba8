import { Address, Ed25519Signature, FixedTransaction, PublicKey } from '@emurgo/cardano-serialization-lib-nodejs';
import { hex } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAddress } from '../../../src/chains/cardano/address.js';
import { readBody } from '../../../src/chains/cardano/body.js';
import { cardano } from '../../../src/chains/cardano/index.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import { networkOf } from '../../../src/core/ids.js';
import { mnemonicToEntropy } from '../../../src/crypto/mnemonic.js';
import { loadVectors } from '../../support/vectors.js';
import { codeOf, expectOnlyCodes, expectOnlyCodesOfTexts } from '../codes.js';
import { completeVector, contextOfVector, keysOfVector, signVector } from '../replay.js';
import { completed, key, other, type Shape, second, transactionOf } from './completed.js';

const file = loadVectors('ADA');
const context: ParseContext = { network: 'testnet', from: key.address, signers: [key, second] };

/** The signed transaction as the official library reads it. */
function officially(raw: string): FixedTransaction {
  return FixedTransaction.from_hex(transactionOf(raw));
}

describe('a recorded transaction', () => {
  it.each(file.transactions)('$name is signed as recorded', async (vector) => {
    const { raw, txId } = await signVector(cardano, vector);
    expect(raw).toBe(vector.broadcast.body['txData']);
    expect(officially(raw).transaction_hash().to_hex()).toBe(txId);
  });

  it('a transaction is refused if the node makes it pay elsewhere, or more', async () => {
    const [vector] = file.transactions;
    const keys = await keysOfVector(cardano, vector!);
    const fields = JSON.parse(await completeVector(cardano, vector!));
    const swapped = structuredClone(fields.operations);
    swapped[1].account.address = other.address;
    const dearer = structuredClone(fields.operations);
    dearer[1].amount.value = '1999999';
    for (const operations of [swapped, dearer, fields.operations.slice(1), fields.operations.slice(0, 2)]) {
      const text = JSON.stringify({ ...fields, operations });
      expect(codeOf(() => cardano.codec.parse(text, contextOfVector(cardano, vector!, keys)))).toBe(
        'TRANSACTION_INVALID',
      );
    }
  });
});

describe('a wallet', () => {
  it('a wallet derives the recorded xpubs, addresses and keys', () => {
    for (const { testnet, mnemonic, xpub } of file.wallets) {
      expect(cardano.keys.hd!.account(mnemonicToEntropy(mnemonic), networkOf(testnet)).xpub).toBe(xpub);
    }
    for (const { testnet, xpub, index, address } of file.addresses) {
      expect(cardano.keys.address(cardano.keys.hd!.publicKey!(xpub, index), networkOf(testnet))).toBe(address);
    }
    for (const { testnet, mnemonic, index, privateKey, address } of file.privateKeys) {
      const { node } = cardano.keys.hd!.account(mnemonicToEntropy(mnemonic), networkOf(testnet));
      const found = cardano.keys.hd!.privateKey(node, index);
      expect(cardano.keys.encodePrivateKey(found, 'mainnet')).toBe(privateKey);
      expect(cardano.keys.decodePrivateKey(privateKey, 'mainnet')).toEqual(found);
      expect(cardano.keys.address(cardano.keys.publicKey(found), networkOf(testnet))).toBe(address);
    }
  });

  it('a CIP-1852 wallet has the keys that the official library derives', async () => {
    const { Bip32PrivateKey } = await import('@emurgo/cardano-serialization-lib-nodejs');
    const entropy = mnemonicToEntropy(file.wallets[0]!.mnemonic);
    const scheme = cardano.keys.derivations!['cip1852']!;
    const { node, xpub } = scheme.account(entropy, 'mainnet');
    const hard = (index: number) => index + 0x80000000;
    const root = Bip32PrivateKey.from_bip39_entropy(entropy, new Uint8Array(0));
    const parent = root.derive(hard(1852)).derive(hard(1815)).derive(hard(0)).derive(0);
    for (const index of [0, 1, 20, 0x7fffffff]) {
      const official = parent.derive(index).to_raw_key();
      expect(hex.encode(scheme.privateKey(node, index))).toBe(hex.encode(official.as_bytes()));
      expect(hex.encode(scheme.publicKey!(xpub!, index))).toBe(hex.encode(official.to_public().as_bytes()));
    }
  });

  it('a wallet reads addresses of both eras, and never those of another network', () => {
    const byron = 'Ae2tdPwUPEZFRbyhz3cpfC2CumGzNkFBN2L42rcUc2yjQpEkxDbkPodpMAi';
    const base =
      'addr1qx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer3n0d3vllmyqwsx5wktcd8cc3sq835lu7drv2xwl2wywfgse35a3x';
    for (const address of [base, byron]) expect(cardano.keys.normalizeAddress(address, 'mainnet')).toBe(address);
    expect(hex.encode(readAddress(base, 'mainnet'))).toBe(Address.from_bech32(base).to_hex());
    for (const address of [`${base.slice(0, -1)}q`, key.address, `${byron.slice(0, -1)}j`, '']) {
      expect(codeOf(() => cardano.keys.normalizeAddress(address, 'mainnet'))).toBe('ADDRESS_INVALID');
    }
    expectOnlyCodesOfTexts(cardano);
  });

  it('a wallet reads addresses of the Byron era only of its own network', async () => {
    const { Bip32PrivateKey, ByronAddress } = await import('@emurgo/cardano-serialization-lib-nodejs');
    const key = Bip32PrivateKey.from_bip39_entropy(new Uint8Array(16), new Uint8Array(0)).to_public();
    const [main, test] = [764824073, 1].map((magic) => ByronAddress.icarus_from_key(key, magic).to_base58());
    expect(cardano.keys.normalizeAddress(main!, 'mainnet')).toBe(main);
    expect(cardano.keys.normalizeAddress(test!, 'testnet')).toBe(test);
    expect(codeOf(() => cardano.keys.normalizeAddress(test!, 'mainnet'))).toBe('ADDRESS_INVALID');
    expect(codeOf(() => cardano.keys.normalizeAddress(main!, 'testnet'))).toBe('ADDRESS_INVALID');
  });
});

describe('a completed transaction', () => {
  it('a completed transaction is decoded as the official library reads it, and every witness verifies there', async () => {
    const amount = fc.integer({ min: 1_000_000, max: 1_000_000_000_000 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(amount, { minLength: 1, maxLength: 4 }),
        fc.array(fc.constantFrom(key, second), { minLength: 1, maxLength: 4 }),
        async (paid, owners) => {
          const outputs = paid.map((one) => ({ address: other.address, amount: one }));
          const total = paid.reduce((sum, one) => sum + one, 0) + 200_000;
          const inputs = owners.map(({ address }, at) => ({ address, amount: at === 0 ? total : 0 }));
          const unsigned = cardano.codec.parse(completed({ inputs, outputs }), context);
          const { raw, txId } = await unsigned.sign([key, second]);
          const transaction = officially(raw);
          const body = transaction.body();
          expect(transaction.transaction_hash().to_hex()).toBe(txId);
          expect(body.fee().to_str()).toBe(unsigned.summary.fee.amount.toString());
          expect(paid.map((_one, at) => body.outputs().get(at).amount().coin().to_str())).toEqual(paid.map(String));
          const witnesses = transaction.witness_set().vkeys()!;
          expect(witnesses.len()).toBe(new Set(owners).size);
          for (let at = 0; at < witnesses.len(); at++) {
            const witness = witnesses.get(at);
            const signer = PublicKey.from_bytes(witness.vkey().public_key().as_bytes());
            const signature = Ed25519Signature.from_bytes(witness.signature().to_bytes());
            expect(signer.verify(hex.decode(txId), signature)).toBe(true);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  const elsewhere = [[readAddress(key.address, 'testnet'), 9_800_000]];
  const cases: readonly [string, Shape, string][] = [
    ['that pays to another address than was asked for', { made: { 1: elsewhere } }, 'TRANSACTION_INVALID'],
    [
      'with an output more',
      { made: { 1: [[readAddress(other.address, 'testnet'), 9_800_000], ...elsewhere] } },
      'TRANSACTION_INVALID',
    ],
    ['with another fee', { made: { 2: 1_200_000 } }, 'TRANSACTION_INVALID'],
    ['with a certificate', { made: { 4: [] } }, 'TRANSACTION_UNSUPPORTED'],
    ['that never ends', { made: { 3: 'never' } }, 'TRANSACTION_INVALID'],
    [
      'with more in an input than its place',
      { made: { 0: [[hex.decode('86a7c17aac9538cade396b2c25409ab70d78e203383ce69fc4c816953a9f1e27'), 0, 7]] } },
      'TRANSACTION_INVALID',
    ],
    ['of a foreign input', { inputs: [{ address: other.address, amount: 10_000_000 }] }, 'KEY_MISSING'],
  ];
  it.each(cases)('a completed transaction %s is refused', (_what, shape, expected) => {
    expect(codeOf(() => cardano.codec.parse(completed(shape), context))).toBe(expected);
  });

  it('a body that names a token twice is refused, however often and deep', () => {
    const [policy, name] = ['581c'.padEnd(60, 'a'), '4101'];
    const body = (tokens: string) => {
      const address = hex.encode(readAddress(other.address, 'testnet'));
      const output = `8258${(address.length / 2).toString(16)}${address}821a00958940${tokens}`;
      return hex.decode(`a400818258 20${'86'.repeat(32)}000181${output}021a00030d40031a0271b900`.replace(' ', ''));
    };
    const read = (tokens: string) => codeOf(() => readBody(body(tokens), 'testnet'));
    expect(read(`a1${policy}a1${name}05`)).toBe('nothing');
    expect(read(`a1${policy}a2${name}05${name}06`)).toBe('TRANSACTION_INVALID');
    expect(read(`a2${policy}a1${name}05${policy}a1410206`)).toBe('TRANSACTION_INVALID');
  });

  it('a completed transaction is never signed in part', async () => {
    const inputs = [key, second].map(({ address }) => ({ address, amount: 5_000_000 }));
    const unsigned = cardano.codec.parse(completed({ inputs }), context);
    await expect(unsigned.sign([key])).rejects.toMatchObject({ code: 'KEY_MISSING' });
  });

  it('any text gives a transaction or a coded error', () => expectOnlyCodes(cardano, completed(), context));
});
