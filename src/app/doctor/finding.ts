import { type ErrorCode, errorKinds } from '../../core/errors.js';

/** One line of the report. Every finding that is not `ok` has a remedy. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'problem';
  readonly text: string;
  readonly remedy?: string;
}

/** A problem with a code; the code's hint is the remedy. */
export function problem(check: string, code: ErrorCode, text: string): Finding {
  return { check, state: 'problem', text: `${text} (${code})`, remedy: errorKinds[code].hint };
}
