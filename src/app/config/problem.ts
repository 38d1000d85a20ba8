import { CustosError, type ErrorCode } from '../../core/errors.js';

/** One mistake in the settings. */
export interface Problem {
  readonly code: ErrorCode;
  /** Its place: `--period`, `CUSTOS_HEALTH_PORT`, or `--envFile` for a line of that file. */
  readonly setting: string;
  /** What is wrong, with the name of the setting in it; never a secret. */
  readonly text: string;
}

/** A mistake that was found in one setting. */
export function problemIn(setting: string, what: string, code: ErrorCode = 'CONFIG_INVALID'): Problem {
  return { code, setting, text: what.includes(setting) ? what : `${setting}: ${what}` };
}

/**
 * Throws all mistakes, if there are any.
 * @throws CustosError one mistake with its own code, several as CONFIG_INVALID; `details.problems` has each
 */
export function refuseProblems(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const code = problems.length === 1 ? first.code : 'CONFIG_INVALID';
  throw new CustosError(code, problems.map(({ text }) => text).join('; '), { details: { problems } });
}

/** The mistakes that an error of `refuseProblems` names; none for any other error. */
export function problemsOf(error: CustosError): readonly Problem[] {
  const { problems } = error.details;
  return Array.isArray(problems) ? problems.filter(isProblem) : [];
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'setting' in value && 'text' in value && 'code' in value;
}
