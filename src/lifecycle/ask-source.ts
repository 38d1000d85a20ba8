import { CustosError } from '../core/errors.js';
import { isSent } from '../core/store/journal.js';
import { advance } from './advance.js';
import type { Claimed, LifecycleParts, Outcome } from './parts.js';
import type { Traced } from './step.js';

type AskParts = Traced & Pick<LifecycleParts, 'journal' | 'log' | 'chains' | 'nodes'>;

/**
 * Asks the source about signed bytes that it no longer lists: they may have left, or the application withdrew the transaction.
 * @returns `carry on`; or what came of it, which is nothing to count for what was withdrawn or let go of
 * @throws CustosError KMS_MISSING: the source does not know it; CLOUD_*, LEASE_LOST, STORE_*
 */
export async function askSource(parts: AskParts, claimed: Claimed): Promise<'carry on' | Outcome | undefined> {
  const { entry, lease, source } = claimed;
  const { id, state } = entry;
  if (!isSent(state)) {
    // Its bytes were found dead in between: it begins again only when the source lists it.
    await parts.journal.rest(lease, 0);
    return undefined;
  }
  // What the network took is this program's to bring to its end, whatever the source says.
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
 * The wrong cloud, perhaps: neither ended nor sent, because it may have been withdrawn at a cloud that keeps no word of that.
 * Only what the network has already is brought to its end. That its bytes are dead is not believed here: the node may be as
 * wrong as the cloud, and a person ends it (`transaction cancel`).
 * @throws CustosError KMS_MISSING
 */
async function requireKnown({ chains, nodes }: AskParts, { entry, source }: Claimed): Promise<void> {
  const { id, signed: raw, txId, completed = '', sender = '' } = entry;
  const text = `the ${source.name} does not know the transaction ${id}, and it is not known to have been sent`;
  if (raw === undefined || txId === undefined) throw new CustosError('KMS_MISSING', text);
  const look = async () => {
    const chain = chains.get(entry.chain);
    return chain.node.fate?.({ raw, txId, completed, sender }, nodes.client(chain));
  };
  const fate = await look().catch((cause: unknown) => {
    throw new CustosError('KMS_MISSING', text, { cause });
  });
  if (fate !== 'known') throw new CustosError('KMS_MISSING', text);
}
