import type { JournalFact } from '../core/store/journal.js';
import { advance } from './advance.js';
import type { Claimed, LifecycleParts } from './parts.js';
import type { Traced } from './step.js';

/**
 * What was filled in, until the journal has it. It is recorded together with the next step, because a write of its own would be one
 * more wait for the disk; but before anybody outside is asked about it, and however the way ends.
 */
export interface Filling {
  /** What the next step has to record; undefined if the journal has it. */
  readonly fact: JournalFact | undefined;
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
  let open = fact;
  return {
    get fact() {
      return open;
    },
    async note() {
      if (open === undefined) return;
      await advance(parts, claimed, { to: claimed.entry.state, fact: open, event: 'filled' });
      open = undefined;
    },
    isNoted() {
      open = undefined;
    },
  };
}
