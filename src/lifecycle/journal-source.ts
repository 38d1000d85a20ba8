import type { ChainId, Network, SignatureId } from '../core/ids.js';
import type { PolledTransaction } from '../core/network/cloud.js';
import type { Source } from '../core/network/source.js';
import { isUnsigned, type Journal, type JournalEntry } from '../core/store/journal.js';
import { localSource } from './local-source.js';

/** Rows that are read at a time. */
const PAGE = 500;

/**
 * The journal as a queue, for doors that hand transactions over (`Way.take`); these are durable once they are claimed. It lists
 * transactions that wait for another try or that a crash left. The journal itself keeps how each of them ended.
 */
export function createJournalSource(journal: Pick<Journal, 'unsigned'>): Source {
  return {
    ...localSource,
    pending: (chain, network, ids) => openTransactions(journal, { chain, network, ids: new Set(ids) }),
  };
}

interface Wanted {
  readonly chain: ChainId;
  readonly network: Network;
  readonly ids: ReadonlySet<SignatureId>;
}

async function openTransactions(
  journal: Pick<Journal, 'unsigned'>,
  { chain, network, ids }: Wanted,
): Promise<readonly PolledTransaction[]> {
  // Requests that came through a door wait in the journal itself (`Journal.waiting`).
  const isOpen = ({ state, intake, pending: { keys } }: JournalEntry) =>
    isUnsigned(state) && intake === undefined && keys.some(({ signatureId }) => ids.has(signatureId));
  const found: PolledTransaction[] = [];
  for (let after = ''; ; ) {
    const { entries, last } = await journal.unsigned(chain, network, { after, limit: PAGE });
    for (const { pending } of entries.filter(isOpen)) found.push({ kind: 'pending', pending });
    if (last === undefined) return found;
    after = last;
  }
}
