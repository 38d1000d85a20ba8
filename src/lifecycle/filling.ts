import type { ReservedBudgets } from '../core/store/budgets.js';
import type { JournalFact } from '../core/store/journal.js';
import { advance, logFilled } from './advance.js';
import type { Claimed, LifecycleParts } from './parts.js';
import { step, type Traced } from './step.js';

/**
 * What was filled in and reserved, until the story of the transaction has it. It is recorded together with the next step, because a
 * write of its own would be one more wait for the disk; but before anybody outside is asked about it, and however the way ends.
 */
export interface Filling {
  /** What the next step has to record. */
  readonly open: Pick<JournalFact, 'filled' | 'budgets'>;
  /** Budgets were reserved. They are on the disk; only the story does not tell of them yet. */
  reserved(budgets: ReservedBudgets): void;
  /** Records it by itself, if the journal does not have it. @throws CustosError LEASE_LOST, STATE_CONFLICT, OUTPUT_SPENT, OUTPUT_RESERVED, STORE_* */
  note(): Promise<void>;
  /** A step has recorded it. */
  isNoted(): void;
}

/** @param fact - undefined if the journal has it already */
export function createFilling(
  parts: Traced & Pick<LifecycleParts, 'journal' | 'log'>,
  claimed: Claimed,
  fact: JournalFact | undefined,
): Filling {
  let open: Filling['open'] = fact === undefined ? {} : { filled: fact };
  const { entry, lease } = claimed;

  async function note(): Promise<void> {
    const { filled, budgets } = open;
    if (budgets !== undefined) {
      await step(parts, 'record', entry.id, () => parts.journal.advance(lease, entry.state, open, 'reserved'));
      if (filled !== undefined) logFilled(parts, entry, filled);
    } else if (filled !== undefined) {
      await advance(parts, claimed, { to: entry.state, fact: filled, event: 'filled' });
    }
    open = {};
  }

  return {
    get open() {
      return open;
    },
    reserved(budgets) {
      open = { ...open, budgets };
    },
    note,
    isNoted() {
      open = {};
    },
  };
}
