import type { NodeClient, NodeRequest } from '../../../src/core/chain/node.js';
import { CustosError } from '../../../src/core/errors.js';
import type { LentKey } from '../../../src/core/signing/wallet.js';

/** Hash of the genesis of the test network. */
export const testGenesis = 'SGO1GKSzyE7IEPItTxCByw9x8FmnrCDexi9/cOUJOiI=';

/** Bytes as JSON prints a Uint8Array. */
export function printed(bytes: Uint8Array): Record<string, number> {
  return Object.fromEntries(bytes.entries());
}

/** A payment of one ALGO as version 1 of the JavaScript library prints it, with changes; an undefined member is left out. */
export function requestOf(from: LentKey, to: LentKey, change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    name: 'Transaction',
    tag: { type: 'Buffer', data: [84, 88] },
    from: { publicKey: printed(from.publicKey) },
    to: { publicKey: printed(to.publicKey) },
    amount: 1_000_000,
    note: {},
    type: 'pay',
    flatFee: true,
    genesisHash: { type: 'Buffer', data: [...Buffer.from(testGenesis, 'base64')] },
    fee: 1000,
    firstRound: 1000,
    lastRound: 1020,
    genesisID: 'testnet-v1.0',
    appArgs: [],
    lease: {},
    ...change,
  });
}

/** An algod that answers by path, and notes what it was asked; what it does not know it refuses. */
export function algodOf(answers: Readonly<Record<string, unknown>>): NodeClient & { asked: NodeRequest[] } {
  const asked: NodeRequest[] = [];
  return {
    asked,
    rpc: () => Promise.reject(new Error('algod has no JSON-RPC')),
    async http(request) {
      asked.push(request);
      const answer = answers[request.path];
      if (answer instanceof Error) throw answer;
      if (answer !== undefined) return answer;
      throw new CustosError('NODE_REFUSED', `GET ${request.path} was refused with status 404`);
    },
  };
}
