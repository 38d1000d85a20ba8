import { advance } from '../advance.js';
import type { Claimed, LifecycleParts, Outcome } from '../parts.js';
import { isDirect } from '../route.js';
import { step, type Traced } from '../step.js';
import type { Broadcast } from './broadcast.js';

interface Closed extends Pick<Broadcast, 'chain' | 'recorded' | 'closing'> {
  readonly isReverted: boolean;
}

/**
 * Ends a transaction that the network has: reports to its source, unless the source closed it by itself, and records the end. If it
 * did, one write records both: after a crash before it, the same bytes are sent again.
 * @param isReverted - the chain has it, and it had no effect: then the end has an error, TRANSACTION_REVERTED
 * @throws CustosError CLOUD_*, STEP_TIMEOUT, LEASE_LOST, STORE_*
 */
export async function close(
  parts: Traced & Pick<LifecycleParts, 'journal' | 'nodes' | 'log'>,
  claimed: Claimed,
  { chain, recorded, closing, isReverted }: Closed,
): Promise<Outcome> {
  const { entry, source } = claimed;
  const tellSource = async () => {
    const { broadcast } = source;
    const isById = broadcast === undefined || chain.node.sendsByNode !== true || isDirect(parts, claimed);
    // A source that would have sent the bytes gets the id through `broadcast`, too, if its node got them directly.
    if (isById) await source.complete(entry.id, recorded.txId);
    else await broadcast(chain, entry.pending, recorded, 'close');
  };
  if (closing === undefined) await step(parts, 'close', entry.id, tellSource);
  const errorText = `${chain.id} has ${recorded.txId}, which paid its fee and had no other effect`;
  const fact = {
    ...(closing !== undefined && { sent: closing }),
    ...(isReverted && ({ errorCode: 'TRANSACTION_REVERTED', errorText } as const)),
  };
  await advance(parts, claimed, { to: 'completed', fact, event: 'completed' });
  return { id: entry.id, kind: 'completed' };
}
