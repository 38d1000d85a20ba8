import { CustosError, type ErrorCode } from '../core/errors.js';
import { isObject } from '../core/json.js';

/** Deeper nesting is never needed, and must not exhaust the stack. */
const DEPTH = 64;

/**
 * Writes the one canonical form of a JSON value (RFC 8785): members sorted by their UTF-16 units, no blanks, numbers and texts as
 * ECMAScript writes them.
 * @throws CustosError ARGUMENT_INVALID: something that JSON has no form for, a text with half a surrogate pair, or nesting beyond 64
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

/**
 * Reads a text that is its own canonical form, so that a hash has one text and a text one meaning: no duplicate member, no blank,
 * no other spelling of a number.
 * @param code - of the refusal
 */
export function readCanonicalJson(text: string, code: ErrorCode): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
    if (canonicalJson(value) === text) return value;
  } catch {
    // The engine's message quotes the text, and every cause means the same.
  }
  throw new CustosError(code, 'the text is not canonical JSON (RFC 8785)');
}

function write(value: unknown, depth: number): string {
  if (depth > DEPTH) throw unfit('nesting beyond 64');
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw unfit(String(value));
    return JSON.stringify(value);
  }
  if (typeof value === 'string') return writeText(value);
  if (Array.isArray(value)) return `[${value.map((one) => write(one, depth + 1)).join()}]`;
  if (!isObject(value)) throw unfit(typeof value);
  let text = '';
  // It sorts by UTF-16 units, as RFC 8785 (3.2.3) wants.
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member !== undefined) text += `${text === '' ? '' : ','}${writeText(name)}:${write(member, depth + 1)}`;
  }
  return `{${text}}`;
}

function writeText(text: string): string {
  if (/\p{Cs}/u.test(text)) throw unfit('half a surrogate pair');
  return JSON.stringify(text);
}

function unfit(what: string): CustosError {
  return new CustosError('ARGUMENT_INVALID', `canonical JSON has no form for ${what}`);
}
