import { problemsOf } from '../app/config/problem.js';
import { asCustosError } from '../core/errors.js';
import { formerWalletsHint, hintFor } from './hints.js';
import { output } from './output.js';

/** What an error is told with. */
interface Telling {
  readonly command: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The home directory, if there is one. */
  readonly home: string | undefined;
}

/** Prints every error: its code and message, never a stack or another library's text. @returns the exit code */
export function tellError(thrown: unknown, { command, environment, home }: Telling): number {
  const error = asCustosError(thrown);
  const problems = problemsOf(error);
  for (const { text, code } of problems) output.note(`custos: error: ${text} (${code})`);
  if (problems.length === 0) output.note(`custos: error: ${error.message} (${error.code})`);
  output.note(`custos: hint: ${formerWalletsHint(error, home) ?? hintFor(error, command)}`);
  // Shows where an unforeseen error comes from.
  const isDebugging = environment['CUSTOS_DEBUG'] === '1';
  if (error.code === 'INTERNAL' && isDebugging && error.cause instanceof Error) output.note(error.cause.stack ?? '');
  return error.kind.exit;
}
