import type { Chain } from '../../src/core/chain/chain.js';
import type { ParseContext } from '../../src/core/chain/codec.js';
import type { LentKey } from '../../src/core/signing/wallet.js';
import { type TestKey, testKey } from '../support/test-key.js';

/** A key for tests: 32 bytes of one value. */
export function keyOf(chain: Chain, fill = 0x11): TestKey {
  return testKey(chain, new Uint8Array(32).fill(fill));
}

export function contextOf(key: LentKey, change: Partial<ParseContext> = {}): ParseContext {
  return { network: 'mainnet', from: key.address, signers: [key], ...change };
}

/** A complete legacy transaction of Ethereum, with changes; an undefined member is left out. */
export function legacyJson(change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    from: 0,
    chainId: 1,
    nonce: 7,
    to: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
    value: '1000000000000000000',
    gas: '100000',
    gasPrice: '20000000000',
    ...change,
  });
}
