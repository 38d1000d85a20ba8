import { CustosError } from '../../core/errors.js';
import { isObject, type JsonObject, objectOf, tryJson } from '../../core/json.js';
import type { Policy } from '../../core/policy/policy.js';
import type { PolicyDiff } from '../../policy/statics/diff.js';

/** Everything that a policy says, a line a rule. Nothing is left out: whoever signs it has read all of it. */
export function policyLines({ text, version, previous, hash, timeZone }: Policy): readonly string[] {
  const document = objectOf(tryJson(text), () => new CustosError('INTERNAL', 'a policy is not JSON'));
  return [
    `Policy version ${version}${previous === undefined ? '' : ` after ${previous}`}, times of ${timeZone}`,
    ...named(document['assets'], 'asset'),
    ...named(document['books'], 'book'),
    ...named(document['groups'], 'group'),
    ...rules(document['permits'], 'permit'),
    ...rules(document['forbids'], 'forbid'),
    ...rules(document['limits'], 'limit'),
    ...(isEmpty(document['permits']) ? ['  no permit: everything is denied'] : []),
    `Hash: ${hash}`,
  ];
}

/** What a version changes of another. */
export function diffLines({ effect, changes }: PolicyDiff): readonly string[] {
  return [
    ...changes.map(({ effect: one, what, why }) => `  ${one}: ${what}: ${why}`),
    effect === 'same' ? 'It changes nothing.' : `It ${effect}.`,
  ];
}

function named(value: unknown, what: string): string[] {
  return Object.entries(isObject(value) ? value : {}).map(([name, content]) => `  ${what} ${name}: ${words(content)}`);
}

function rules(value: unknown, what: string): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.filter(isObject).map(({ id, ...rest }: JsonObject) => `  ${what} ${String(id)}: ${words(rest)}`);
}

function isEmpty(value: unknown): boolean {
  return !Array.isArray(value) || value.length === 0;
}

/** A value of a policy without the marks of JSON; an empty list is said, because it is never met. */
function words(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(words).join(', ');
  if (!isObject(value)) return String(value);
  const members = Object.entries(value).map(([name, content]) => `${name} ${inBrackets(content)}`);
  return members.join('; ');
}

function inBrackets(value: unknown): string {
  const isDeep = isObject(value) || (Array.isArray(value) && value.some(isObject));
  return isDeep ? `(${words(value)})` : words(value);
}
