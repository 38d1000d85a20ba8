import { type ErrorCode, errorKinds } from './errors.js';

/** Codes by their names in earlier versions. Stores, backups and logs of those versions still hold these names. */
export const formerNames: Readonly<Record<string, ErrorCode>> = {
  FOUR_EYE_DENIED: 'JUDGE_DENIED',
  FOUR_EYE_UNREACHABLE: 'JUDGE_UNREACHABLE',
  FOUR_EYE_UNDECIDED: 'JUDGE_UNDECIDED',
  FOUR_EYE_ANSWER_INVALID: 'JUDGE_ANSWER_INVALID',
};

/**
 * Reads the name of an error code from a store or a log of any version.
 * @returns the code by its current name; undefined if no code has or had this name
 */
export function readErrorCode(name: unknown): ErrorCode | undefined {
  if (typeof name !== 'string') return undefined;
  if (isErrorCode(name)) return name;
  return Object.hasOwn(formerNames, name) ? formerNames[name] : undefined;
}

/** Replaces the code of a report such as `CODE: message` with its current name, so that reports of two versions compare. */
export function readReport(text: string): string {
  const [, name, rest] = /^([A-Z_]+)(: .*)$/s.exec(text) ?? [];
  const code = readErrorCode(name);
  return code === undefined || rest === undefined ? text : `${code}${rest}`;
}

function isErrorCode(name: string): name is ErrorCode {
  return Object.hasOwn(errorKinds, name);
}
