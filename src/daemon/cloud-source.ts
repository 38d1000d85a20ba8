import type { Cloud } from '../core/network/cloud.js';
import type { Source } from '../core/network/source.js';

/** The queue of a cloud, ours or another one, as a source of transactions. */
export function createCloudSource(cloud: Cloud): Source {
  const isGateway = () => cloud.isGateway?.() === true;
  return {
    name: 'cloud',
    pending: (chain, network, ids) => cloud.pending(chain, network, ids),
    status: (pendingId) => cloud.status(pendingId),
    complete: (pendingId, txId) => cloud.complete(pendingId, txId),
    report: (reports) => cloud.report(reports),
    // Only our gateway distinguishes sent from open transactions; for any other cloud a dead transaction was open all along.
    async reopen(pendingId, error) {
      if (isGateway()) await cloud.report([{ pendingId, error }]);
    },
    showsBlocks: isGateway,
    broadcast: (chain, pending, signed, manner) => cloud.broadcast(chain, pending, signed, manner),
  };
}
