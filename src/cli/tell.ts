import { problemsOf } from '../app/config/problem.js';
import { asCustosError } from '../core/errors.js';
import { hintFor } from './hints.js';
import { output } from './output.js';

/** What an error is told with. */
interface Telling {
  readonly command: string | undefined;
  /** Shows where an unforeseen error comes from. */
  readonly isDebugging: boolean;
}

/** Prints every error: its code and message, never a stack or another library's text. @returns the exit code */
export function tellError(thrown: unknown, { command, isDebugging }: Telling): number {
  const error = asCustosError(thrown);
  const problems = problemsOf(error);
  for (const { text, code } of problems) output.note(`custos: error: ${text} (${code})`);
  if (problems.length === 0) output.note(`custos: error: ${error.message} (${error.code})`);
  output.note(`custos: hint: ${hintFor(error, command)}`);
  if (error.code === 'INTERNAL' && isDebugging && error.cause instanceof Error) output.note(error.cause.stack ?? '');
  return error.kind.exit;
}
