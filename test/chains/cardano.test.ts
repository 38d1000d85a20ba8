import { describe, expect, it } from 'vitest';
import { cardano } from '../../src/chains/cardano.js';
import { networkOf } from '../../src/core/ids.js';
import { mnemonicToEntropy } from '../../src/crypto/mnemonic.js';
import { loadVectors } from '../support/vectors.js';
import { signVector } from './replay.js';

const file = loadVectors('ADA');

describe('a recorded transaction', () => {
  it.each(file.transactions)('$name is signed as recorded', async (vector) => {
    const { raw } = await signVector(cardano, vector);
    expect(raw).toBe(vector.broadcast.body['txData']);
  });
});

describe('a wallet', () => {
  it('derives the recorded xpubs, addresses and keys', () => {
    for (const { testnet, mnemonic, xpub } of file.wallets) {
      expect(cardano.hd!.account(mnemonicToEntropy(mnemonic), networkOf(testnet)).xpub).toBe(xpub);
    }
    for (const { testnet, xpub, index, address } of file.addresses) {
      expect(cardano.address(cardano.hd!.publicKey!(xpub, index), networkOf(testnet))).toBe(address);
    }
    for (const { testnet, mnemonic, index, privateKey, address } of file.privateKeys) {
      const { node } = cardano.hd!.account(mnemonicToEntropy(mnemonic), networkOf(testnet));
      const key = cardano.hd!.privateKey(node, index);
      expect(cardano.encodePrivateKey(key, 'mainnet')).toBe(privateKey);
      expect(cardano.decodePrivateKey(privateKey, 'mainnet')).toEqual(key);
      expect(cardano.address(cardano.publicKey(key), networkOf(testnet))).toBe(address);
    }
  });
});
