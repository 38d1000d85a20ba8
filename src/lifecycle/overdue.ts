import { CustosError } from '../core/errors.js';
import { isUnsigned, type JournalEntry } from '../core/store/journal.js';
import type { LifecycleParts } from './parts.js';

/**
 * Goes on with a request only while there is time. Bytes that exist go on in any case. The journal checks it once more when it records the
 * bytes.
 * @throws CustosError REQUEST_EXPIRED
 */
export function refuseOverdue({ clock }: Pick<LifecycleParts, 'clock'>, { id, state, intake }: JournalEntry): void {
  if (intake?.expiresAt === undefined || !isUnsigned(state) || clock.now() < intake.expiresAt) return;
  throw new CustosError('REQUEST_EXPIRED', `the time of request ${id} was over before it was signed`);
}
