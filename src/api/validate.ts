import { z } from 'zod';
import { parseBody } from '../http/json.js';
import { type Problem, requestInvalid } from '../http/problems.js';

/** Which part of a request a problem is in. */
type Part = 'path' | 'query' | 'body';

/** What a part without members may have. */
export const noMembers = z.strictObject({});
const noBody = z.undefined();

/**
 * Validates a part of a request.
 * @throws CustosError REQUEST_INVALID: every problem, each with its place; no value is repeated, because it may be a secret
 */
export function read<S extends z.ZodType>(schema: S | undefined, value: unknown, part: Part): z.output<S>;
export function read(schema: z.ZodType | undefined, value: unknown, part: Part): unknown {
  const parsed = (schema ?? nothingIn(part)).safeParse(value);
  if (parsed.success) return parsed.data;
  throw requestInvalid(parsed.error.issues.flatMap((issue) => problemsOf(issue, part)));
}

/**
 * A text with half of a surrogate pair has no form in UTF-8, so nothing that is stored or signed may have one.
 * @throws CustosError REQUEST_INVALID
 */
export function refuseHalves(body: unknown): void {
  if (!hasHalves(body)) return;
  const places = halvesIn(body, []);
  throw requestInvalid(
    places.map((path) => ({
      property: placeOf('body', path),
      rule: 'encoding',
      text: 'has half of a surrogate pair',
    })),
  );
}

/**
 * Reads a body as JSON without halves. Only an escape makes one of a text that came as UTF-8.
 * @throws CustosError REQUEST_INVALID
 */
export function jsonOf(text: string): unknown {
  const json = parseBody(text);
  if (text.includes('\\u')) refuseHalves(json);
  return json;
}

/** Most bodies have none, and need no places. */
function hasHalves(value: unknown): boolean {
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, one]) => /\p{Surrogate}/u.test(name) || hasHalves(one));
}

function halvesIn(value: unknown, path: readonly PropertyKey[]): readonly (readonly PropertyKey[])[] {
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value) ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    /\p{Surrogate}/u.test(name) ? [path] : halvesIn(one, [...path, name]),
  );
}

function nothingIn(part: Part): z.ZodType {
  return part === 'body' ? noBody : noMembers;
}

type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue, part: Part): readonly Problem[] {
  const at = placeOf(part, issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      property: placeOf(part, [...issue.path, key]),
      rule: 'unknown',
      text: 'is unknown',
    }));
  }
  if (issue.code === 'invalid_union') {
    const [closest] = issue.errors.toSorted((one, other) => one.length - other.length);
    const inner = closest?.flatMap((one) => problemsOf({ ...one, path: [...issue.path, ...one.path] }, part)) ?? [];
    if (inner.length > 0) return inner;
  }
  return [{ property: at, rule: ruleOf(issue), text: issue.message }];
}

/** A pointer of RFC 6901 behind the name of the part: `body/keys/0/wallet`. */
function placeOf(part: Part, path: readonly PropertyKey[]): string {
  return [part, ...path.map((step) => String(step).slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1'))].join(
    '/',
  );
}

function ruleOf(issue: Issue): string {
  if (issue.code === 'custom' && typeof issue.params?.['code'] === 'string') return issue.params['code'];
  return issue.code;
}
