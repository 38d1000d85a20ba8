import { describe, expect, it } from 'vitest';
import { binanceChain as chain } from '../../src/chains/binance-chain.js';
import { networkOf } from '../../src/core/ids.js';
import { loadVectors } from '../support/vectors.js';
import { signVector } from './replay.js';

const file = loadVectors('BNB');

describe('a recorded wallet', () => {
  it.each(file.wallets)('$address belongs to its private key', ({ address, privateKey, testnet }) => {
    const network = networkOf(testnet);
    const key = chain.decodePrivateKey(privateKey!, network);
    expect(chain.address(chain.publicKey(key), network)).toBe(address);
    expect(chain.encodePrivateKey(key, network)).toBe(privateKey);
    expect(chain.normalizeAddress(address!, network)).toBe(address);
  });
});

describe('a recorded transaction', () => {
  it.each(file.transactions)('$name is signed as recorded', async (vector) => {
    expect((await signVector(chain, vector)).raw).toBe(vector.broadcast.body['txData']);
  });
});
