import type { ErrorCode } from '../core/errors.js';
import type { Log } from '../core/log.js';
import { refusalOf } from '../http/problems.js';

/** Error codes of the documented API; every other error carries its own code. */
const apiCodes: Partial<Record<ErrorCode, string>> = {
  REQUEST_INVALID: 'validation.failed',
  API_KEY_INVALID: 'subscription.invalid',
  API_KEY_MISSING: 'subscription.invalid',
  // With this code and 403 a daemon knows that its key is at fault, and not a transaction.
  SCOPE_MISSING: 'subscription.invalid',
  KMS_MISSING: 'kms.missing',
};

/**
 * The documented error shape: `{errorCode, message, statusCode, data?}`, and `state` for a transaction that the application
 * withdrew. The answer to an unforeseen error has no details.
 */
export function errorAnswer(thrown: unknown, log: Log): Response {
  const { code, status, message, problems, details } = refusalOf(thrown, log);
  // The API's clients read the elements of `data` by `target`, `property` and `constraints`.
  const data = problems.map(({ property, rule, text }) => ({ target: {}, property, constraints: { [rule]: text } }));
  const isWithdrawn = details['withdrawn'] === true;
  const refusal = answer(status, apiCodes[code] ?? code, message, {
    ...(status === 400 && { data }),
    ...(status !== 400 && isWithdrawn && { state: 'withdrawn' }),
  });
  if (status === 429) refusal.headers.set('retry-after', String(details['retryAfter'] ?? 1));
  return refusal;
}

/** An error that only this API has: its code is not in a table. */
export function answer(statusCode: number, errorCode: string, message: string, more: object = {}): Response {
  return Response.json({ errorCode, message, statusCode, ...more }, { status: statusCode });
}
