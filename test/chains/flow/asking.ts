import type { Chain } from '../../../src/core/chain/chain.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import { CustosError } from '../../../src/core/errors.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { LentKey } from '../../../src/core/signing/wallet.js';
import { type TestKey, testKey } from '../../support/test-key.js';
import type { FlowNetwork } from './network.js';

/** A key of the wallet, from its text form. */
export function keyOf(chain: Chain, text: string): TestKey {
  return testKey(chain, chain.keys.decodePrivateKey(text, 'testnet'));
}

export function contextOf({ address, publicKey }: LentKey): ParseContext {
  return { network: 'testnet', from: address, signers: [{ address, publicKey }] };
}

function pendingOf(request: unknown) {
  const serializedTransaction = typeof request === 'string' ? request : JSON.stringify(request);
  const hashes = ['492c6fa4-f6a9-4ea1-9ae3-80e6a7eb5db1'];
  const received = { id: 'da2af122148e1fbc131922f7', chain: 'FLOW', hashes, serializedTransaction };
  return parsePending(received, 'FLOW' as never, 'testnet');
}

interface Asked {
  readonly chain: Chain;
  readonly network: FlowNetwork;
  readonly kind: 'cloud' | 'own';
  readonly key: LentKey;
}

/** Completes a request, and decodes it. */
export async function prepare(request: unknown, { chain, network, kind, key }: Asked) {
  const node = network.node(kind);
  const context = { ...contextOf(key), node, nextNonce: async (count: bigint) => count };
  const completed = await chain.node.complete(pendingOf(request), context);
  return { completed, node, unsigned: chain.codec.parse(completed, contextOf(key)) };
}

/** @returns the code of the CustosError that a piece of work ends in */
export async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CustosError) return error.code;
    throw error;
  }
  return 'none';
}
