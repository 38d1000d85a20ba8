/** Milliseconds of the first pause; each further one is twice as long. */
const FIRST = 200;
const LONGEST = 5000;
/** Seconds that a server may ask for; what asks for more is left to the application. */
const MOST_ASKED = 60;

/** Statuses of what is in the way for a while, also of proxies before the server. */
const PASSING: readonly number[] = [408, 429, 502, 503, 504];

/** Whether a request may succeed later that ended with this status, whoever said it. */
export function isPassing(status: number): boolean {
  return PASSING.includes(status);
}

/** What became of one attempt, as far as a repetition depends on it. */
export interface Failure {
  /** Undefined: no answer came. */
  readonly status: number | undefined;
  readonly retryable: boolean;
  readonly retryAfter: number | undefined;
}

/** Whether a request may be made once more. @param isSafe - made twice, it is done once */
export function mayRepeat({ status, retryable, retryAfter = 0 }: Failure, isSafe: boolean): boolean {
  if (retryAfter > MOST_ASKED) return false;
  // A request above the rate was not looked at.
  if (status === 429) return true;
  if (!isSafe) return false;
  if (status === undefined || isPassing(status)) return true;
  return status >= 500 && retryable;
}

/**
 * Milliseconds before an attempt.
 * @param attempt - 1 for the first repetition
 * @param chance - from 0 to 1: many clients that failed together do not come back together
 */
export function delayOf(attempt: number, retryAfter: number | undefined, chance: number): number {
  const grown = Math.min(FIRST * 2 ** (attempt - 1), LONGEST);
  return Math.max((retryAfter ?? 0) * 1000, grown / 2 + (grown / 2) * chance);
}

/** Seconds of a `Retry-After`: a number, or a date (RFC 9110). */
export function retryAfterOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}
