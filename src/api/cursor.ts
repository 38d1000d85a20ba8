import { requestInvalid } from '../http/problems.js';

/** What a client hands back unread: a key of a list. */
export function cursorOf(key: string): string {
  return Buffer.from(key).toString('base64url');
}

/**
 * @param parse - of the key
 * @param property - where the request has it
 * @throws CustosError REQUEST_INVALID
 */
export function keyOf<T>(
  cursor: string | undefined,
  parse: (text: string) => T,
  property = 'query/after',
): T | undefined {
  if (cursor === undefined) return undefined;
  try {
    return parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw requestInvalid([{ property, rule: 'cursor', text: 'must be the `next` of a page of this list' }]);
  }
}
