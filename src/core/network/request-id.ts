import { randomBytes } from 'node:crypto';

/**
 * The id of a new request: ids of later milliseconds are greater.
 * @param now - milliseconds since 1970
 * @returns 24 hexadecimal digits, as clouds have them: 6 bytes of time, 6 random ones
 */
export function newRequestId(now: number): string {
  return now.toString(16).padStart(12, '0') + randomBytes(6).toString('hex');
}
