import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import type { Chain } from '../../src/core/chain/chain.js';
import { networkOf } from '../../src/core/ids.js';
import { mnemonicToEntropy, mnemonicToSeed } from '../../src/crypto/mnemonic.js';
import { loadChecks, useChecks } from '../../src/crypto/secp256k1-checks.js';
import { differences, nonceDifferences } from '../public/differences.js';
import { chainIds, loadVectors, vectorFiles } from '../support/vectors.js';
import { replayingNode, signVector } from './replay.js';

const registry = createRegistry();

// Signatures are checked as in the signer process.
beforeAll(async () => useChecks(await loadChecks()));
afterAll(() => useChecks(undefined));

it('every chain has a vector file, and every vector file has a chain', () => {
  expect([...vectorFiles].sort()).toEqual([...registry.ids].sort());
});

describe.each(chainIds)('%s', (id) => {
  const chain = registry.get(id);
  const vectors = loadVectors(id);
  const accounts = new Map<string, ReturnType<typeof derive>>();

  // Stretching a mnemonic takes milliseconds, and the vectors name each mnemonic many times.
  function account(mnemonic: string, testnet: boolean) {
    const key = `${mnemonic} ${testnet}`;
    const found = accounts.get(key) ?? derive(chain, mnemonic, testnet);
    accounts.set(key, found);
    return found;
  }

  it('a wallet derives the recorded wallets, addresses and private keys', async () => {
    for (const { mnemonic, testnet, xpub } of vectors.wallets) {
      if (xpub !== undefined) expect((await account(mnemonic, testnet)).xpub).toBe(xpub);
    }
    for (const { testnet, mnemonic, index, privateKey, address } of vectors.privateKeys) {
      const network = networkOf(testnet);
      const key = chain.keys.decodePrivateKey(privateKey, network);
      expect(chain.keys.encodePrivateKey(key, network)).toBe(privateKey);
      if (address !== undefined) expect(addressOf(chain, key, testnet)).toContain(address);
      if (mnemonic !== undefined && chain.keys.hd !== undefined) {
        expect(chain.keys.hd.privateKey((await account(mnemonic, testnet)).node, index)).toEqual(key);
      }
    }
    for (const { testnet, mnemonic, xpub, index, address } of vectors.addresses) {
      const key = mnemonic && chain.keys.hd?.privateKey((await account(mnemonic, testnet)).node, index);
      const publicKey = key ? chain.keys.publicKey(key) : chain.keys.hd?.publicKey?.(xpub, index);
      if (publicKey === undefined) continue;
      const show = chain.keys.hd?.address ?? chain.keys.address;
      expect(show(publicKey, networkOf(testnet))).toBe(address);
    }
  });

  it.each(vectors.transactions)('$name is signed as recorded', async (vector) => {
    const name = `${id} ${vector.name}`;
    const isOther = differences[name] !== undefined || nonceDifferences[name] !== undefined;
    if (isOther || !vector.deterministic) return;
    const signed = await signVector(chain, vector);
    // What goes to the chain by its node is told to the cloud by its id.
    const isByNode = chain.node.sendsByNode === true;
    const told = isByNode ? await chain.node.broadcast(signed, replayingNode(vector.rpc)) : signed.raw;
    expect(told).toBe(vector.txData);
  });
});

async function derive(chain: Chain, mnemonic: string, testnet: boolean) {
  const isEntropy = chain.keys.hd?.source === 'entropy';
  const source = isEntropy ? mnemonicToEntropy(mnemonic) : await mnemonicToSeed(mnemonic);
  return chain.keys.hd?.account(source, networkOf(testnet)) ?? expect.fail(`${chain.id} has no mnemonics`);
}

/** The address of a private-key wallet, and that of the key in a mnemonic wallet where that is another one. */
function addressOf(chain: Chain, key: Uint8Array, testnet: boolean): readonly string[] {
  const publicKey = chain.keys.publicKey(key);
  const network = networkOf(testnet);
  return [chain.keys.address(publicKey, network), chain.keys.hd?.address?.(publicKey, network) ?? ''];
}
