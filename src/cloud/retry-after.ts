/** Nobody is waited for longer than this, in milliseconds: the caller has its own rhythm. */
export const MAX_RETRY_AFTER = 60_000;

/** The three forms of an HTTP date (RFC 9110, 5.6.7), told by their first word; the rest is left to the parser. */
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
