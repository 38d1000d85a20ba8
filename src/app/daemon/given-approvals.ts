import type { Clock } from '../../core/clock.js';
import type { ApprovalTable, StoredApproval } from '../../core/store/approvals.js';

/** For so many milliseconds the store is not asked again whether it has a constitution. */
const FRESH = 250;

/** The parts of the look for approvals. */
interface GivenApprovalsParts {
  readonly approvals: Pick<ApprovalTable, 'of' | 'constitution'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Finds what persons said about a transaction. Nobody can say anything in a store that has no constitution, so there the approvals
 * are not read, only whether there still is none: for all transactions together.
 */
export function givenApprovals({ approvals, clock }: GivenApprovalsParts): ApprovalTable['of'] {
  let isEnacted = false;
  let look: { readonly at: number; readonly done: Promise<void> } | undefined;

  const lookAgain = (at: number): Promise<void> => {
    const done = approvals.constitution().then((found) => {
      isEnacted ||= found !== undefined;
    });
    const begun = { at, done };
    look = begun;
    // What failed is tried again at once.
    done.catch(() => {
      if (look === begun) look = undefined;
    });
    return done;
  };

  return async (pendingId): Promise<readonly StoredApproval[]> => {
    if (!isEnacted) {
      const now = clock.now();
      const isFresh = look !== undefined && Math.abs(now - look.at) < FRESH;
      await (isFresh ? look?.done : lookAgain(now));
    }
    return isEnacted ? approvals.of(pendingId) : [];
  };
}
