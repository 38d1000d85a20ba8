import type { CustosError } from './errors.js';

/** A JSON object from outside; its members are not checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Changes each value of a text as it is parsed, as `JSON.parse` takes it. */
type Reviver = (key: string, value: unknown) => unknown;

/**
 * Parses JSON from outside.
 * @param refusal - makes the error for a text that is not JSON. The cause quotes the text, so it must never be shown.
 * @throws CustosError of `refusal`
 */
export function parseJson(text: string, refusal: (cause: unknown) => CustosError, reviver?: Reviver): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch (cause) {
    throw refusal(cause);
  }
}

/** @returns the value of a JSON text, or undefined where the text is not JSON */
export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // V8's message quotes the text, which may hold a secret, so it is dropped.
    return undefined;
  }
}

/** True for a JSON object, which is neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws CustosError of `refusal`: the value is not a JSON object */
export function objectOf(value: unknown, refusal: () => CustosError): JsonObject {
  if (isObject(value)) return value;
  throw refusal();
}

/** True for a whole number from 0 that a JSON number holds exactly. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
