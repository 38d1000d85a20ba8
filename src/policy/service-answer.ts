import { CustosError } from '../core/errors.js';
import { isObject, type JsonObject, tryJson } from '../core/json.js';
import type { SignedApproval } from '../core/policy/approval.js';

/** What a service says about a transaction. Only an approval or rejection is signed; the other two change nothing. */
export type ServiceAnswer =
  | { readonly kind: 'decided'; readonly signed: SignedApproval }
  /** Ask again later. `after` is in milliseconds; absent if the service leaves it open. */
  | { readonly kind: 'retry'; readonly after?: number }
  /** The service has no opinion. */
  | { readonly kind: 'ignore' };

/** A day, in seconds. */
const LONGEST_PAUSE = 86_400;

/** Reads the answer of a service that approves for a person. @throws CustosError JUDGE_ANSWER_INVALID */
export function readServiceAnswer(text: string): ServiceAnswer {
  const value = tryJson(text);
  if (!isObject(value)) throw invalid('it is not a JSON object');
  if (Object.hasOwn(value, 'custosApproval')) return { kind: 'decided', signed: readSigned(value) };
  const { custosAnswer, after, ...rest } = value;
  if (Object.keys(rest).length > 0) throw invalid('it has a member that is not known');
  if (custosAnswer === 'IGNORE' && after === undefined) return { kind: 'ignore' };
  if (custosAnswer !== 'RETRY') throw invalid('it is neither an approval nor RETRY nor IGNORE');
  if (after === undefined) return { kind: 'retry' };
  const isPause = typeof after === 'number' && Number.isInteger(after) && after >= 1 && after <= LONGEST_PAUSE;
  if (!isPause) throw invalid(`after is not a number of seconds from 1 to ${LONGEST_PAUSE}`);
  return { kind: 'retry', after: after * 1000 };
}

function readSigned({ custosApproval, text, signature, ...rest }: JsonObject): SignedApproval {
  const isSigned = custosApproval === 1 && typeof text === 'string' && typeof signature === 'string';
  if (!isSigned || Object.keys(rest).length > 0) throw invalid('its approval has another form');
  return { text, signature };
}

function invalid(why: string): CustosError {
  return new CustosError('JUDGE_ANSWER_INVALID', `the answer of the approver is refused: ${why}`);
}
