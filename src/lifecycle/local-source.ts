import { CustosError } from '../core/errors.js';
import type { Source } from '../core/network/source.js';
import type { JournalEntry } from '../core/store/journal.js';

/**
 * The journal as the source of what it was handed itself. It keeps how each transaction ended, so no one else is told; and nothing is
 * listed here: a door or a program hands transactions over, and the journal finds those that a crash left.
 */
export const localSource: Source = {
  name: 'journal',
  pending: async () => [],
  // A transaction with bytes is finished: only a person's `cancel` in the journal ends it otherwise.
  status: async () => ({ kind: 'pending' }),
  complete: async () => {},
  report: async () => {},
  showsBlocks: () => false,
};

/** Who hears of a transaction: what is polled, unless the transaction came through a door of Custos. */
export function sourceOf({ intake }: JournalEntry, polled: Source): Source {
  return intake === undefined ? polled : localSource;
}

/**
 * In the place of a cloud where none is configured: it knows nothing of what a cloud queued earlier. Such a transaction is not begun, and
 * one with signed bytes waits for its cloud, unless the network has it already.
 */
export const absentCloud: Source = {
  ...localSource,
  name: 'absent cloud',
  status: async () => ({ kind: 'unknown' }),
  async complete(pendingId) {
    throw new CustosError('KMS_MISSING', `no cloud is configured that could hear that ${pendingId} is completed`);
  },
};
