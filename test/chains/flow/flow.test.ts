import { describe, expect, it } from 'vitest';
import { flow, flowChain } from '../../../src/chains/flow/index.js';
import { usualPatience } from '../../../src/chains/flow/node.js';
import { networkOf } from '../../../src/core/ids.js';
import { mnemonicToSeed } from '../../../src/crypto/mnemonic.js';
import { loadVectors } from '../../support/vectors.js';
import { replayingNode, signVector } from '../replay.js';

const file = loadVectors('FLOW');
const legacy = flowChain({ templates: 'legacy', patience: { ...usualPatience, polls: 1, interval: 0 } });

describe('recorded wallets', () => {
  it.each(file.wallets)('$xpub derives', async ({ mnemonic, xpub, testnet }) => {
    expect(flow.keys.hd!.account(await mnemonicToSeed(mnemonic), networkOf(testnet)).xpub).toBe(xpub);
  });

  it.each(file.addresses)('$xpub gives the public key $index', ({ xpub, index, address, testnet }) => {
    expect(flow.keys.address(flow.keys.hd!.publicKey!(xpub, index), networkOf(testnet))).toBe(address);
  });

  it.each(file.privateKeys)(
    '$address derives its private key',
    async ({ mnemonic, index, privateKey, address, testnet }) => {
      const network = networkOf(testnet);
      const key = flow.keys.hd!.privateKey(flow.keys.hd!.account(await mnemonicToSeed(mnemonic), network).node, index);
      expect(flow.keys.encodePrivateKey(key, network)).toBe(privateKey);
      expect(flow.keys.decodePrivateKey(privateKey, network)).toEqual(key);
      expect(flow.keys.address(flow.keys.publicKey(key), network)).toBe(address);
    },
  );
});

describe('a recorded transaction', () => {
  it.each(file.transactions)('$name is signed and sent as recorded, with the texts of its time', async (vector) => {
    const signed = await signVector(legacy, vector);
    expect(await legacy.node.broadcast!(signed, replayingNode(vector.rpc))).toBe(vector.txData);
  });
});
