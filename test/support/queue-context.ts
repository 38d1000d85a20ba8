import type { QueueContext } from '../../src/core/chain/builders/build.js';
import type { NodeClient } from '../../src/core/chain/node.js';
import type { Network } from '../../src/core/ids.js';
import { NOW } from './payment-nodes/node.js';

/** What builders of the gateway are given: numbers as one queue gives them. */
export function queueContext(node: NodeClient, network: Network = 'mainnet'): QueueContext {
  const used = new Set<string>();
  return {
    ...{ network, node, now: () => NOW, spent: async () => new Set() },
    async nextNumber(account, latest) {
      let number = latest;
      while (used.has(`${account}#${number}`)) number += 1n;
      used.add(`${account}#${number}`);
      return number;
    },
  };
}
