import { quote } from '../core/ids.js';
import { repeatedMember } from '../core/text/repeated-member.js';
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
  if (isDeeper(parsed, MAX_DEPTH)) {
    throw requestInvalid([{ property: 'body', rule: 'depth', text: `body must not nest deeper than ${MAX_DEPTH}` }]);
  }
  const name = repeatedMember(text);
  if (name !== undefined) {
    throw requestInvalid([{ property: 'body', rule: 'twice', text: `the member ${quote(name)} stands twice` }]);
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

/** It goes no deeper than it looks for. */
function isDeeper(value: unknown, depth: number): boolean {
  if (depth < 0) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((member) => isDeeper(member, depth - 1));
}

/** True for a JSON object that is not a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
