import { errorOf } from '../../core/entry-error.js';
import type { ErrorCode } from '../../core/errors.js';
import type { JournalEntry, State } from '../../core/store/journal.js';

/** How far a transaction got. */
export interface Carried {
  readonly id: string;
  /** `completed`, `denied`, `failed` and `cancelled` are final; any other state continues with the next `carry` or `runOnce`. */
  readonly state: State;
  readonly txId?: string;
  readonly error?: { readonly code: ErrorCode; readonly message: string };
  /** The signed bytes of a completed request with `delivery: 'return'`. */
  readonly signed?: string;
}

/** What became of a request. */
export interface Acceptance extends Carried {
  /** True if the request was known already. */
  readonly replayed: boolean;
}

export function carriedOf(entry: JournalEntry): Carried {
  const { id, state, txId } = entry;
  const error = errorOf(entry);
  const isHandedOut = state === 'completed' && entry.intake?.delivery === 'return';
  return {
    id,
    state,
    ...(txId !== undefined && { txId }),
    ...(error && { error: { code: error.code, message: error.text } }),
    ...(isHandedOut && entry.signed !== undefined && { signed: entry.signed }),
  };
}
