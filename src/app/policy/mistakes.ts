import type { z } from 'zod';
import { quote } from '../../core/ids.js';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** How a schema speaks. */
interface SchemaWords {
  /** The whole is called so, e.g. `the policy`. */
  readonly what: string;
  /** What a text of a form is; without words the message that the schema has is a sentence. @param source - of the regular expression */
  formWords?(source: string): string | undefined;
}

/**
 * Every mistake of form in words of our own, each with its place; the library's texts are about types, not about policies.
 * @param whole - what was read
 */
export function mistakesOf(issues: readonly Issue[], whole: unknown, schema: SchemaWords): readonly string[] {
  return issues.flatMap((issue) => wordsOf(issue, { ...schema, whole, above: [] }));
}

interface Place extends SchemaWords {
  readonly whole: unknown;
  readonly above: Path;
}

function wordsOf(issue: Issue, place: Place): readonly string[] {
  const path = [...place.above, ...issue.path];
  const value = valueAt(place.whole, path);
  if (issue.code === 'invalid_union' && value !== undefined) {
    const chosen = unionWords(issue.errors, { ...place, above: path });
    if (chosen !== undefined) return chosen;
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${placeText(path, place)}: has the unknown member ${quote(key)}`);
  }
  const isName = issue.code === 'invalid_key';
  if (!isName && value !== undefined) return [`${placeText(path, place)}: ${wrong(issue, quote(value), place)}`];
  const above = placeText(path.slice(0, -1), place);
  const name = path.at(-1);
  return [isName ? `${above}: the name ${quote(name)} ${nameWords(issue, place)}` : `${above}: has no ${String(name)}`];
}

/** @param is - the value, to be shown */
function wrong(issue: Issue, is: string, schema: SchemaWords): string {
  switch (issue.code) {
    case 'invalid_type':
      return `${is} is not ${kinds[issue.expected] ?? 'of the right kind'}`;
    case 'invalid_value':
      return `${is} is not ${issue.values.length === 1 ? '' : 'one of '}${issue.values.join(', ')}`;
    case 'invalid_format': {
      const words = patternWords(issue, schema);
      return words === undefined ? issue.message : `${is} is not ${words}`;
    }
    case 'too_small':
      return issue.origin === 'array' ? 'the list is empty' : `${is} is less than ${issue.minimum}`;
    case 'too_big':
      return `${is} is more than ${issue.maximum}`;
    case 'invalid_union':
      return `${is} has none of the forms that it may have`;
    default:
      return issue.message;
  }
}

/** Of the forms that a value may have, the one that its kind fits says what is wrong. */
function unionWords(errors: readonly (readonly Issue[])[], place: Place): readonly string[] | undefined {
  const isOfAnother = ({ code, path }: Issue) =>
    path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
  const fitting = errors.flatMap(branchesOf).find((issues) => !issues.some(isOfAnother));
  return fitting?.flatMap((issue) => wordsOf(issue, place));
}

/** A form that is itself one of several stands for these. */
function branchesOf(issues: readonly Issue[]): readonly (readonly Issue[])[] {
  const [only] = issues;
  const isNested = only?.code === 'invalid_union' && only.path.length === 0 && issues.length === 1;
  return isNested ? only.errors.flatMap(branchesOf) : [issues];
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  boolean: 'true or false',
};

function patternWords(issue: Issue, { formWords }: SchemaWords): string | undefined {
  const pattern = 'pattern' in issue ? String(issue.pattern) : '';
  return formWords?.(pattern.slice(1, pattern.lastIndexOf('/')));
}

function nameWords({ issues: [first] }: Extract<Issue, { code: 'invalid_key' }>, schema: SchemaWords): string {
  const words = first && patternWords(first, schema);
  return words === undefined ? (first?.message ?? 'is not allowed') : `is not ${words}`;
}

function valueAt(whole: unknown, path: Path): unknown {
  let found = whole;
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = Reflect.get(found, step);
  }
  return found;
}

function placeText(path: Path, { what }: Place): string {
  if (path.length === 0) return what;
  const parts = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  return parts.join('').replace(/^\./, '');
}
