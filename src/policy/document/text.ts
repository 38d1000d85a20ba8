import { CustosError } from '../../core/errors.js';
import { tryJson } from '../../core/json.js';
import { jsonFault } from '../../core/text/json-fault.js';
import { repeatedMember } from '../../core/text/repeated-member.js';

/** The largest policy, in characters. */
const MAX_LENGTH = 4 * 1024 * 1024;
/** Levels of objects and lists; a policy needs seven. */
const MAX_DEPTH = 16;

const texts = /"[^"\\]*(?:\\.[^"\\]*)*"/g;

/**
 * Parses a policy's text as strictly as JSON allows, before anything looks at its members: two readers that disagree about a text
 * must not both accept it.
 * @throws CustosError POLICY_INVALID: too long, not JSON, nested too deeply, a member that occurs twice or is called `__proto__`, a
 *   number with a sign, fraction or exponent, a text with half a surrogate pair
 */
export function parsePolicyText(text: string): unknown {
  if (text.length > MAX_LENGTH) throw invalid('', `has more than ${MAX_LENGTH} characters`);
  const rest = text.replace(texts, '""');
  if (depthOf(rest) > MAX_DEPTH) throw invalid('', `is nested more than ${MAX_DEPTH} levels deep`);
  const value = tryJson(text);
  if (value === undefined) throw invalid('', notJson(text));
  if (/[-.]|\d[eE]/.test(rest)) throw invalid('', 'has a number with a sign, fraction or exponent; amounts are texts');
  const repeated = repeatedMember(text);
  if (repeated !== undefined) throw invalid('', `has a member twice in one object: ${JSON.stringify(repeated)}`);
  checkTexts(text);
  return value;
}

function notJson(text: string): string {
  const fault = jsonFault(text);
  return fault === undefined ? 'is not JSON' : `is not JSON from line ${fault.line}, column ${fault.column} on`;
}

/** @param at - path of the member: `permits[0].max`; empty for the whole policy */
export function invalid(at: string, what: string): CustosError {
  return new CustosError('POLICY_INVALID', at === '' ? `the policy ${what}` : `${at} ${what}`, { details: { at } });
}

const [BRACE, END_BRACE, BRACKET, END_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

function depthOf(rest: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < rest.length; at++) {
    const code = rest.charCodeAt(at);
    if (code === BRACE || code === BRACKET) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === END_BRACE || code === END_BRACKET) depth -= 1;
  }
  return deepest;
}

function checkTexts(json: string): void {
  // Without an escape every text stands there as it is.
  if (!json.includes('\\') && !json.includes('__proto__') && !/\p{Cs}/u.test(json)) return;
  for (const [literal] of json.matchAll(texts)) {
    const text = String(JSON.parse(literal));
    if (text === '__proto__') throw invalid('', 'says __proto__');
    if (/\p{Cs}/u.test(text)) throw invalid('', 'has a text with half a surrogate pair');
  }
}
