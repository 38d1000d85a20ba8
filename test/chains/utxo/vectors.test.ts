import { describe, expect, it } from 'vitest';
import { bitcoin } from '../../../src/chains/utxo/chains/bitcoin.js';
import { bitcoinCash } from '../../../src/chains/utxo/chains/bitcoin-cash.js';
import { dogecoin } from '../../../src/chains/utxo/chains/dogecoin.js';
import { litecoin } from '../../../src/chains/utxo/chains/litecoin.js';
import { networkOf } from '../../../src/core/ids.js';
import { mnemonicToSeed } from '../../../src/crypto/mnemonic.js';
import { loadVectors } from '../../support/vectors.js';
import { signVector } from '../replay.js';

describe.each([bitcoin, litecoin, dogecoin, bitcoinCash])('$id', (chain) => {
  const file = loadVectors(chain.id);

  it.each(file.transactions)('$name is signed as recorded', async (vector) => {
    const { raw } = await signVector(chain, vector);
    expect(raw).toBe(vector.broadcast.body['txData']);
  });

  it('the wallet derives the recorded xpubs, addresses and private keys', async () => {
    for (const { testnet, mnemonic, xpub } of file.wallets) {
      const account = chain.keys.hd!.account(await mnemonicToSeed(mnemonic), networkOf(testnet));
      expect(account.xpub).toBe(xpub);
    }
    for (const { testnet, xpub, index, address } of file.addresses) {
      expect(chain.keys.hd!.address!(chain.keys.hd!.publicKey!(xpub, index), networkOf(testnet))).toBe(address);
    }
    for (const { testnet, mnemonic, index, privateKey, address } of file.privateKeys) {
      const network = networkOf(testnet);
      const key = chain.keys.hd!.privateKey(
        chain.keys.hd!.account(await mnemonicToSeed(mnemonic), network).node,
        index,
      );
      expect(chain.keys.encodePrivateKey(key, network)).toBe(privateKey);
      expect(chain.keys.decodePrivateKey(privateKey, network)).toEqual(key);
      expect(chain.keys.address(chain.keys.publicKey(key), network)).toBe(address);
    }
  });
});
