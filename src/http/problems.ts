import { asCustosError, CustosError, type ErrorCode } from '../core/errors.js';
import { type Log, tell } from '../core/log.js';

/** One fault of a request: where it is, which rule it breaks, and the rule in words. The value is omitted, because it may be a secret. */
export interface Problem {
  readonly property: string;
  readonly rule: string;
  readonly text: string;
}

/** What a server says about an error, before it takes the form of that server. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly status: number;
  /** A sentence. */
  readonly message: string;
  /** Empty if the error is not about fields of the request. */
  readonly problems: readonly Problem[];
  readonly details: Readonly<Record<string, unknown>>;
}

/** @returns an error that lists every problem of the request */
export function requestInvalid(problems: readonly Problem[]): CustosError {
  const fields = [...new Set(problems.map((problem) => problem.property))].join(', ');
  return new CustosError('REQUEST_INVALID', `the request is not valid: ${fields}`, { details: { problems } });
}

/**
 * Runs the check of one field; an error that it throws becomes a fault of that field.
 * @throws CustosError REQUEST_INVALID
 */
export function checkField<T>(property: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof CustosError) || error.kind.status >= 500) throw error;
    throw requestInvalid([{ property, rule: error.code, text: error.message }]);
  }
}

/** Logs an error and returns what a client may know of it: only the code of an unforeseen one. */
export function refusalOf(thrown: unknown, log: Log): Refusal {
  const error = asCustosError(thrown);
  const { code, message, details } = error;
  const { status } = error.kind;
  if (status >= 500) tell(log, 'request-failed', { code, message });
  else tell(log, 'request-refused', { code });
  if (code === 'INTERNAL') return { code, status, message: 'Internal server error', problems: [], details: {} };
  return { code, status, message: sentence(message), problems: problemsOf(details), details };
}

function problemsOf({ problems }: CustosError['details']): readonly Problem[] {
  return Array.isArray(problems) ? problems : [];
}

/** A name at the begin, such as `eth_chainId`, stays as it is. */
function sentence(message: string): string {
  return `${message.replace(/^[a-z]+(?=[ ,:]|$)/, (word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)}.`;
}
