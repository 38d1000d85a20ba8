import type { ChainRegistry } from '../../core/chain/chain.js';
import type { Journal, JournalEntry } from '../../core/store/journal.js';

/** The parts that a retry needs. */
export interface RetryParts {
  /** Opened for changes. */
  readonly journal: Journal;
  readonly chains: ChainRegistry;
}

/**
 * Puts a denied or failed transaction back; recorded bytes stay the same.
 * @throws CustosError PENDING_UNKNOWN, STATE_CONFLICT, OUTPUT_SPENT, OUTPUT_RESERVED
 */
export async function retryTransaction({ journal, chains }: RetryParts, id: string): Promise<JournalEntry> {
  const before = await journal.get(id);
  // If a node can prove which of two transactions took a nonce, the daemon asks it before it sends.
  const awaitsProof = before !== undefined && chains.get(before.chain).codec.displacement !== undefined;
  return journal.retry(id, { awaitsProof });
}
