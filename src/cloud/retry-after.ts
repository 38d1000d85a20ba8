/** The longest wait that is accepted, in milliseconds: the caller has its own schedule. */
export const MAX_RETRY_AFTER = 60_000;

/** The three forms of an HTTP date (RFC 9110, 5.6.7), recognized by their first word; the parser checks the rest. */
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;

/**
 * Reads `Retry-After` (RFC 9110, 10.2.3): seconds, or a date.
 * @returns milliseconds from `now`, at most a minute; undefined when absent or unreadable
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  const text = (value ?? '').trim();
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : httpDate.test(text) ? Date.parse(text) - now : Number.NaN;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), MAX_RETRY_AFTER);
}
