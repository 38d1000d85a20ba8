import { asCustosError, CustosError, type ErrorCode } from '../core/errors.js';
import type { Log } from '../core/log.js';
import { type Problem, refusalOf } from '../http/problems.js';

/** Error codes of the documented API; every other error carries its own code. */
const apiCodes: Partial<Record<ErrorCode, string>> = {
  REQUEST_INVALID: 'validation.failed',
  API_KEY_INVALID: 'subscription.invalid',
  API_KEY_MISSING: 'subscription.invalid',
  // With this code and 403 a daemon knows that its key is at fault, and not a transaction.
  SCOPE_MISSING: 'subscription.invalid',
  KMS_MISSING: 'kms.missing',
};

/** What the documented API says of an error, in place of its own status and code. */
interface DocumentedRefusal {
  readonly errorCode: string;
  readonly statusCode: 401 | 403;
  /** How the message begins; what is wrong in this case follows. */
  readonly text: string;
}

/** Refusals of the documented API that belong to no code of this program. */
const refusals = {
  ended: { errorCode: 'subscription.not.active', statusCode: 401, text: 'Subscription not active anymore' },
  noSource: {
    errorCode: 'transaction.invalid.body',
    statusCode: 403,
    text: 'Either UTXO, or addresses must be present',
  },
  noCoins: { errorCode: 'transaction.failed', statusCode: 403, text: 'No spendable inputs' },
  spentOutput: { errorCode: 'tx.hash.index.spent', statusCode: 403, text: 'No such UTXO for transaction and index' },
} as const satisfies Readonly<Record<string, DocumentedRefusal>>;

/** An error that the documented API says in words of its own. */
export function documentedAs(error: CustosError, said: keyof typeof refusals | DocumentedRefusal): CustosError {
  const { code, message, details } = error;
  const documented = typeof said === 'string' ? refusals[said] : said;
  return new CustosError(code, message, { details: { ...details, documented }, cause: error });
}

/** Says in the words of the documented API what its clients know how to handle. */
export async function inDocumentedWords<T>(
  work: () => Promise<T>,
  wordsOf: (error: CustosError) => Parameters<typeof documentedAs>[1] | undefined,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = asCustosError(thrown);
    const said = wordsOf(error);
    throw said === undefined ? thrown : documentedAs(error, said);
  }
}

/**
 * The documented error shape: `{errorCode, message, statusCode, data?}`, and `state` for a transaction that the application
 * withdrew. The answer to an unforeseen error has no details.
 */
export function errorAnswer(thrown: unknown, log: Log): Response {
  const { code, status, message, problems, details } = refusalOf(thrown, log);
  const documented = details['documented'] as DocumentedRefusal | undefined;
  if (documented !== undefined) {
    const { errorCode, statusCode, text } = documented;
    return answer(statusCode, errorCode, `${text}: ${reasonOf(problems, message)}`);
  }
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

function reasonOf(problems: readonly Problem[], message: string): string {
  if (problems.length === 0) return message;
  return `${problems.map(({ property, text }) => `${property}: ${text}`).join('; ')}.`;
}

/** An error that only this API has: its code is not in a table. */
export function answer(statusCode: number, errorCode: string, message: string, more: object = {}): Response {
  return Response.json({ errorCode, message, statusCode, ...more }, { status: statusCode });
}
