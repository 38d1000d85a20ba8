import { CustosError } from '../core/errors.js';
import { Secret } from '../core/secret.js';
import { oneLine } from './one-line.js';
import { type Program, runProgram } from './program.js';

/** A program that prints the password. */
export type PasswordCommand = Pick<Program, 'words' | 'home' | 'timeout'>;

/**
 * The one line that a program prints (`runProgram`), with nothing on its standard input. What it prints is quoted nowhere.
 * @throws CustosError PASSWORD_SOURCE: it does not start, ends with another code than 0, prints no line, more than one, or more
 * than 64 KiB, or takes too long
 */
export async function passwordFromCommand(command: PasswordCommand): Promise<Secret> {
  const { output, problem } = await runProgram(command);
  try {
    if (problem !== undefined) throw refused(problem);
    const bytes = Buffer.concat(output);
    try {
      const found = oneLine(bytes);
      if ('problem' in found) throw refused(`gave no password: its output ${found.problem}`);
      return Secret.bytes(found.line);
    } finally {
      bytes.fill(0);
    }
  } finally {
    for (const part of output) part.fill(0);
  }
}

function refused(why: string): CustosError {
  const hint = 'run the command by hand as this user, with an environment that has only PATH and HOME';
  return new CustosError('PASSWORD_SOURCE', `the password command ${why}`, { hint });
}
