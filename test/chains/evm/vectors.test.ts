import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../../src/chains/registry.js';
import { networkOf } from '../../../src/core/ids.js';
import { mnemonicToSeed } from '../../../src/crypto/mnemonic.js';
import { nonceDifferences } from '../../public/differences.js';
import { evmChainIds, loadVectors } from '../../support/vectors.js';
import { completeVector, signVector } from '../replay.js';

const registry = createRegistry();

describe.each(evmChainIds)('%s', (id) => {
  const chain = registry.get(id);
  const vectors = loadVectors(id);
  const nodes = new Map<string, Promise<{ node: Uint8Array; xpub?: string }>>();

  // Stretching a mnemonic takes milliseconds, and the vectors name each mnemonic many times.
  function account(mnemonic: string, testnet: boolean) {
    const key = `${mnemonic} ${testnet}`;
    const found =
      nodes.get(key) ?? mnemonicToSeed(mnemonic).then((seed) => chain.keys.hd!.account(seed, networkOf(testnet)));
    nodes.set(key, found);
    return found;
  }

  it('the mnemonics give the recorded xpubs', async () => {
    expect(vectors.wallets.length).toBeGreaterThan(0);
    for (const { mnemonic, testnet, xpub } of vectors.wallets) {
      expect((await account(mnemonic, testnet)).xpub).toBe(xpub);
    }
  });

  it('the xpubs give the recorded addresses', () => {
    expect(vectors.addresses.length).toBeGreaterThan(0);
    for (const { testnet, xpub, index, address } of vectors.addresses) {
      expect(chain.keys.address(chain.keys.hd!.publicKey!(xpub, index), networkOf(testnet))).toBe(address);
    }
  });

  it('the mnemonics give the recorded private keys and their addresses', async () => {
    expect(vectors.privateKeys.length).toBeGreaterThan(0);
    for (const { testnet, mnemonic, index, privateKey, address } of vectors.privateKeys) {
      const network = networkOf(testnet);
      const key = chain.keys.hd!.privateKey((await account(mnemonic, testnet)).node, index);
      expect(chain.keys.encodePrivateKey(key, network)).toBe(privateKey);
      expect(chain.keys.decodePrivateKey(privateKey, network)).toEqual(key);
      expect(chain.keys.address(chain.keys.publicKey(key), network)).toBe(address);
      expect(chain.keys.normalizeAddress(address, network)).toBe(address);
    }
  });

  it.each(vectors.transactions)('$name is signed as recorded', async (vector) => {
    const signed = await signVector(chain, vector);
    const keepsNonceZero = nonceDifferences[`${id} ${vector.name}`] !== undefined;
    // Deliberate difference: a nonce of 0 is a nonce, where the recording replaced it by the transaction count.
    if (keepsNonceZero) expect(signed.nonce).toBe(0n);
    else expect(signed.raw).toBe(vector.txData);
  });

  it.each(vectors.transactions)(
    'a completed $name asks nothing more, except an estimate that is always requested',
    async (vector) => {
      const completed = await completeVector(chain, vector);
      const silent = { ...vector, pending: { ...vector.pending, serializedTransaction: completed }, rpc: [] };
      const asksAlways = ['BSC', 'XDC'].includes(id) || (id === 'ETH' && 'withdrawalId' in vector.pending);
      if (asksAlways) await expect(completeVector(chain, silent)).rejects.toMatchObject({ code: 'NODE_REFUSED' });
      else expect(await completeVector(chain, silent)).toBe(completed);
    },
  );
});
