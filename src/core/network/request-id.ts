import { randomBytes } from 'node:crypto';

/** Random bytes of an id, and of how many ids they are drawn at once: one draw costs more than its bytes. */
const [RANDOM, IDS_A_DRAW] = [6, 256];

let drawn = '';
let used = 0;

/**
 * The id of a new request: ids of later milliseconds are greater.
 * @param now - milliseconds since 1970
 * @returns 24 hexadecimal digits, as clouds have them: 6 bytes of time, 6 random ones
 */
export function newRequestId(now: number): string {
  if (used === drawn.length) [drawn, used] = [randomBytes(RANDOM * IDS_A_DRAW).toString('hex'), 0];
  used += 2 * RANDOM;
  return now.toString(16).padStart(12, '0') + drawn.slice(used - 2 * RANDOM, used);
}
