import { CustosError, type ErrorCode } from '../core/errors.js';

/** @throws CustosError `code`: the text is not JSON */
export function parseJson(text: string, code: ErrorCode, label: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CustosError(code, `${label} was answered with something that is not JSON`);
  }
}

/** @returns the value of a JSON text, or undefined where it is none */
export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** True for a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
