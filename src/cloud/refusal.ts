import { CustosError, type ErrorCode } from '../core/errors.js';
import { isObject, type JsonObject, parseJson, tryJson } from '../core/json.js';
import { type Meaning, meaningOf } from './answers.js';
import type { HttpAnswer, HttpClient } from './http.js';

/** Characters of a member that is no reason. */
const LONG = 200;

/** A refusal by the cloud, with the request that it answers. */
export interface Refused {
  readonly label: string;
  readonly answer: HttpAnswer;
  /** What the refusal means if it is not about the API key. */
  readonly code: ErrorCode;
  /** What it is about, if the caller knows more than status and words say. */
  readonly meaning?: Meaning;
}

/**
 * @returns API_KEY_INVALID if the subscription is at fault, otherwise `code`; with the given reason, and, in
 *   `details.answer`, what it is about unless that is the request itself
 */
export function refusal(http: HttpClient, { label, answer, code, ...known }: Refused): CustosError {
  const { status } = answer;
  const { meaning = meaningOf({ status, words: answer.text }) } = known;
  const options = { details: { status, ...(meaning !== 'final' && { answer: meaning }) } };
  const reason = http.quote(reasonOf(answer.text));
  const isKey = status === 403 && errorCodeOf(answer)?.startsWith('subscription.') === true;
  if (status === 401 || isKey) {
    const text = `${label}: the API key is not accepted: ${reason}`;
    return new CustosError('API_KEY_INVALID', text, { details: { status, answer: 'wait' } });
  }
  return new CustosError(code, `${label} was refused with status ${status}: ${reason}`, options);
}

/**
 * Like `refusal`, when only the cloud itself may refuse: its refusals are JSON objects, so anything else comes from another
 * machine on the way (CLOUD_ANSWER_INVALID) and decides nothing.
 */
export function cloudRefusal(http: HttpClient, refused: Refused): CustosError {
  const code = isObject(tryJson(refused.answer.text)) ? refused.code : 'CLOUD_ANSWER_INVALID';
  return refusal(http, { ...refused, code });
}

/** The value of an answer. @throws CustosError `code`: it is not JSON */
export function parseAnswer(text: string, code: ErrorCode, label: string): unknown {
  return parseJson(text, () => new CustosError(code, `${label} was answered with something that is not JSON`));
}

/** The `errorCode` of the cloud's error object, e.g. `kms.missing`. */
export function errorCodeOf({ text }: HttpAnswer): string | undefined {
  const value = tryJson(text);
  const code = isObject(value) ? value['errorCode'] : undefined;
  return typeof code === 'string' ? code : undefined;
}

function reasonOf(text: string): string {
  const value = tryJson(text);
  if (!isObject(value)) return text;
  const { errorCode, message, cause } = value;
  return [errorCode, message, cause].filter((part) => typeof part === 'string').join(': ') || withoutLong(value);
}

/** Long texts repeat what was sent, and would leave no room for the reason behind them. */
function withoutLong(value: JsonObject): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'string' && member.length > LONG ? undefined : member,
  );
}
