import type { ErrorCode } from './errors.js';
import type { JournalEntry } from './store/journal.js';

/**
 * The error that counts now. A transaction that was completed before the journal took it out keeps that of an earlier try, which does not;
 * only that the chain has it without effect does.
 */
export function errorOf({
  state,
  errorCode: code,
  errorText: text = '',
}: Pick<JournalEntry, 'state' | 'errorCode' | 'errorText'>):
  | { readonly code: ErrorCode; readonly text: string }
  | undefined {
  const isOver = state === 'completed' && code !== 'TRANSACTION_REVERTED';
  return code === undefined || isOver ? undefined : { code, text };
}
