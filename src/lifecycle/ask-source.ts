import { CustosError } from '../core/errors.js';
import { isSent } from '../core/store/journal.js';
import { advance } from './advance.js';
import type { Claimed, LifecycleParts, Outcome } from './parts.js';
import { recordedOf } from './recorded.js';
import type { Traced } from './step.js';

type AskParts = Traced & Pick<LifecycleParts, 'journal' | 'log' | 'chains' | 'nodes'>;

/**
 * Asks the source about signed bytes that it no longer lists: they may have been sent, or the application withdrew the transaction.
 * @returns `carry on`, or the outcome; a withdrawn or released transaction has no outcome to count
 * @throws CustosError KMS_MISSING: the source does not know it; CLOUD_*, LEASE_LOST, STORE_*
 */
export async function askSource(parts: AskParts, claimed: Claimed): Promise<'carry on' | Outcome | undefined> {
  const { entry, lease, source } = claimed;
  const { id, state } = entry;
  if (!isSent(state)) {
    // Its bytes were meanwhile found dead: it starts again only when the source lists it.
    await parts.journal.rest(lease, 0);
    return undefined;
  }
  // Custos finishes what the network took, whatever the source says.
  if (state === 'broadcast') return 'carry on';
  const { kind } = await source.status(id);
  if (kind === 'completed') {
    await advance(parts, claimed, { to: 'broadcast', fact: {}, event: 'found closed at the cloud' });
    await advance(parts, claimed, { to: 'completed', fact: {}, event: 'completed' });
    return { id, kind: 'completed' };
  }
  if (kind === 'withdrawn') {
    await advance(parts, claimed, { to: 'cancelled', fact: {}, event: 'withdrawn by the application' });
    return undefined;
  }
  if (kind === 'unknown') await requireKnown(parts, claimed);
  return 'carry on';
}

/**
 * This may be the wrong cloud, or one that does not remember withdrawals. So the transaction is neither ended nor sent, and only
 * finished if the network already has it. A proof that its bytes are dead does not count here: the node may be as wrong as the
 * cloud. A person ends it (`transaction cancel`).
 * @throws CustosError KMS_MISSING
 */
async function requireKnown({ chains, nodes }: AskParts, { entry, source }: Claimed): Promise<void> {
  const text = `the ${source.name} does not know the transaction ${entry.id}, and it is not known to have been sent`;
  const recorded = recordedOf(entry);
  if (recorded === undefined) throw new CustosError('KMS_MISSING', text);
  const look = async () => {
    const chain = chains.get(entry.chain);
    return chain.node.fate?.(recorded, nodes.client(chain));
  };
  const fate = await look().catch((cause: unknown) => {
    throw new CustosError('KMS_MISSING', text, { cause });
  });
  if (fate !== 'known') throw new CustosError('KMS_MISSING', text);
}
