import { createRegistry } from '../../src/chains/registry.js';
import { createNodes, type NodesOptions } from '../../src/cloud/nodes.js';
import { type CloudOptions, createCloud } from '../../src/cloud/tatum.js';
import { parseChainId, parseSignatureId, type SignatureId } from '../../src/core/ids.js';
import { Secret } from '../../src/core/secret.js';
import { parsePending } from '../../src/core/signing/pending.js';
import { testClock } from '../support/http.js';

export const apiKey = 'k3y-for-tests only';
export const chains = createRegistry();
export const eth = chains.get('ETH');
export const ethId = parseChainId('ETH');
export const signed = { raw: '0x02f8', txId: `0x${'ab'.repeat(32)}`, completed: '{}', sender: `0x${'11'.repeat(20)}` };

export function makeNodes(baseUrl: string, change: Partial<NodesOptions> = {}) {
  const clock = testClock();
  return createNodes({
    baseUrl,
    apiKey: Secret.text(apiKey),
    version: '1.2.3',
    clock,
    ownNodes: new Map(),
    network: 'mainnet',
    timeout: 5000,
    ...change,
  });
}

export function makeCloud(baseUrl: string, change: Partial<CloudOptions> = {}) {
  const clock = testClock();
  return createCloud({
    baseUrl,
    apiKey: Secret.text(apiKey),
    version: '1.2.3',
    clock,
    nodes: makeNodes(baseUrl),
    timeouts: { poll: 5000, other: 5000 },
    ...change,
  });
}

/** One element of the cloud's answer. */
export function element(id: string, change: Record<string, unknown> = {}) {
  return { id, chain: 'ETH', hashes: [idOfNumber(1)], serializedTransaction: '{}', ...change };
}

export function makePending(id: string, change: Record<string, unknown> = {}) {
  return parsePending(element(id, change), parseChainId(change['chain'] ?? 'ETH'), 'testnet');
}

export function idOfNumber(number: number): SignatureId {
  return parseSignatureId(`00000000-0000-4000-8000-${String(number).padStart(12, '0')}`);
}
