import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { repeatedMember, writtenMembers } from '../../core/text/repeated-member.js';

/** The members of one JSON object; a member that is null counts as absent. */
export type JsonMembers = ReadonlyMap<string, unknown>;

/**
 * Reads the text of one JSON object, strictly.
 * @throws CustosError TRANSACTION_INVALID: no JSON, no object, or the same member twice (readers disagree about which one counts)
 */
export function readJsonObject(text: string): JsonMembers {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CustosError('TRANSACTION_INVALID', `the transaction is ${quote(value)}, not a JSON object`);
  }
  const members: readonly (readonly [string, unknown])[] = Object.entries(value);
  // Without a second object, as many members as were written were kept.
  const isFlat = text.indexOf('{', text.indexOf('{') + 1) < 0;
  if (!isFlat || writtenMembers(text) !== members.length) checkMembersOnce(text);
  const present = new Map<string, unknown>();
  for (const [name, member] of members) if (member !== null) present.set(name, member);
  return present;
}

/** Readers disagree about which one of two members counts. @throws CustosError TRANSACTION_INVALID: a repeated member, however deep */
function checkMembersOnce(text: string): void {
  const repeated = repeatedMember(text);
  if (repeated === undefined) return;
  throw new CustosError('TRANSACTION_INVALID', `the transaction names ${quote(repeated)} twice`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CustosError('TRANSACTION_INVALID', 'the transaction is not JSON', { cause: error });
  }
}
