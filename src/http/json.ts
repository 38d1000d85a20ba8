import { quote } from '../core/ids.js';
import { repeatedMember, writtenMembers } from '../core/text/repeated-member.js';
import { requestInvalid } from './problems.js';

/** Deepest nesting of a request body; the parsers behind it recurse. */
const MAX_DEPTH = 40;

/**
 * Parses a JSON body.
 * @throws CustosError REQUEST_INVALID: not JSON, nested deeper than 40 levels, or an object with a repeated member, of which
 *   some readers take the first value and others the last
 */
export function parseBody(text: string): unknown {
  const parsed = parseJson(text);
  const members = membersOf(parsed, MAX_DEPTH);
  if (members === undefined) {
    throw requestInvalid([{ property: 'body', rule: 'depth', text: `body must not nest deeper than ${MAX_DEPTH}` }]);
  }
  if (members !== writtenMembers(text)) {
    const name = quote(repeatedMember(text));
    throw requestInvalid([{ property: 'body', rule: 'twice', text: `the member ${name} stands twice` }]);
  }
  return parsed;
}

/** Removes members that are null: clients with typed forms send all members. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const present = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(present.map(([name, member]) => [name, withoutNulls(member)]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw requestInvalid([{ property: 'body', rule: 'json', text: 'body must be JSON' }]);
  }
}

/** Members of all objects in a value. @returns undefined: it nests deeper */
function membersOf(value: unknown, depth: number): number | undefined {
  if (depth < 0) return undefined;
  if (typeof value !== 'object' || value === null) return 0;
  const inner: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  let count = Array.isArray(value) ? 0 : inner.length;
  for (const one of inner) {
    // A text or a number can only be too deep.
    if (depth > 0 && (typeof one !== 'object' || one === null)) continue;
    const more = membersOf(one, depth - 1);
    if (more === undefined) return undefined;
    count += more;
  }
  return count;
}

/** True for a JSON object that is not a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
