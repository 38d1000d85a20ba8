import { asCustosError, CustosError, type ErrorCode } from '../core/errors.js';
import type { Log } from '../core/log.js';

/** One fault of a request: where, which rule, and the rule in words. The value is not repeated, because it may be a secret. */
export interface Problem {
  readonly property: string;
  readonly rule: string;
  readonly text: string;
}

/** Error codes of the documented API; every other error carries its own code. */
const apiCodes: Partial<Record<ErrorCode, string>> = {
  REQUEST_INVALID: 'validation.failed',
  API_KEY_INVALID: 'subscription.invalid',
  API_KEY_MISSING: 'subscription.invalid',
  KMS_MISSING: 'kms.missing',
};

/** @returns an error that lists every problem of the request */
export function requestInvalid(problems: readonly Problem[]): CustosError {
  const fields = [...new Set(problems.map((problem) => problem.property))].join(', ');
  return new CustosError('REQUEST_INVALID', `the request is not valid: ${fields}`, { details: { problems } });
}

/**
 * Runs the check of one field; what it throws becomes a fault of that field.
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

/**
 * The documented error shape: `{errorCode, message, statusCode, data?}`, and for what was withdrawn a `state`; an unforeseen
 * error tells nothing of itself.
 */
export function errorAnswer(thrown: unknown, log: Log): Response {
  const error = asCustosError(thrown);
  const status = error.kind.status;
  if (status >= 500) log.error({ code: error.code, message: error.message }, 'request failed');
  else log.debug({ code: error.code }, 'request refused');
  if (error.code === 'INTERNAL') {
    return Response.json({ errorCode: error.code, message: 'Internal server error', statusCode: 500 }, { status: 500 });
  }
  const body = { errorCode: apiCodes[error.code] ?? error.code, message: sentence(error.message), statusCode: status };
  if (status === 400) return Response.json({ ...body, data: problemData(error) }, { status });
  return Response.json(error.details['withdrawn'] === true ? { ...body, state: 'withdrawn' } : body, { status });
}

/** The API's clients read the elements of `data` by `target`, `property` and `constraints`. */
function problemData(error: CustosError): readonly unknown[] {
  const problems = error.details['problems'];
  if (!Array.isArray(problems)) return [];
  return problems.map(({ property, rule, text }: Problem) => ({ target: {}, property, constraints: { [rule]: text } }));
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}
