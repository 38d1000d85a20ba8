import { CustosError, type ErrorCode } from '../core/errors.js';
import type { HttpAnswer, HttpClient } from './http.js';
import { isRecord, tryJson } from './json.js';

/** An answer of the cloud that is a no, with the request that it answers. */
export interface Refused {
  readonly label: string;
  readonly answer: HttpAnswer;
  /** What the no means where it is not about the API key. */
  readonly code: ErrorCode;
}

/** @returns API_KEY_INVALID where the subscription is at fault, else `code`; with the reason that the cloud gave */
export function refusal(http: HttpClient, { label, answer, code }: Refused): CustosError {
  const { status } = answer;
  const options = { details: { status } };
  const reason = http.quote(reasonOf(answer.text));
  if (status === 401 || (status === 403 && errorCodeOf(answer)?.startsWith('subscription.'))) {
    return new CustosError('API_KEY_INVALID', `${label}: the API key is not accepted: ${reason}`, options);
  }
  return new CustosError(code, `${label} was refused with status ${status}: ${reason}`, options);
}

/**
 * As `refusal`, where only the cloud itself can say no: its refusals are JSON objects, so anything else comes from a machine
 * on the way (CLOUD_ANSWER_INVALID) and decides nothing.
 */
export function cloudRefusal(http: HttpClient, { label, answer, code }: Refused): CustosError {
  return refusal(http, { label, answer, code: isRecord(tryJson(answer.text)) ? code : 'CLOUD_ANSWER_INVALID' });
}

/** The `errorCode` of the cloud's error object, e.g. `kms.missing`. */
export function errorCodeOf({ text }: HttpAnswer): string | undefined {
  const value = tryJson(text);
  const code = isRecord(value) ? value['errorCode'] : undefined;
  return typeof code === 'string' ? code : undefined;
}

function reasonOf(text: string): string {
  const value = tryJson(text);
  if (!isRecord(value)) return text;
  const { errorCode, message, cause } = value;
  return [errorCode, message, cause].filter((part) => typeof part === 'string').join(': ') || text;
}
