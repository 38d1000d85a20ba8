import type { Intake } from '../core/network/intake.js';
import type { Journal, JournalEntry } from '../core/store/journal.js';

/**
 * The journal as the place where doors hand requests over.
 * @param wake - what carries requests in this process; another process finds them in the journal by itself
 */
export function createIntake(
  journal: Pick<Journal, 'accept' | 'repeated'>,
  wake: (entry: JournalEntry) => void = () => {},
): Intake {
  return {
    async accept(request) {
      const accepted = await journal.accept(request);
      if (accepted.kind === 'accepted') wake(accepted.entry);
      return accepted;
    },
    repeated: (tenant, idempotency) => journal.repeated(tenant, idempotency),
  };
}
