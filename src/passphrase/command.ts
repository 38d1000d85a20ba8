import { type ChildProcess, spawn } from 'node:child_process';
import { CustosError } from '../core/errors.js';
import { Secret } from '../core/secret.js';
import { oneLine } from './one-line.js';

/** A program that prints the password. */
export interface PasswordCommand {
  /** The program, then its arguments. */
  readonly words: readonly [string, ...string[]];
  /** Programs such as `pass` find their files by it. */
  readonly home: string | undefined;
  /** Milliseconds until it is killed; a minute when absent, in which a person touches a security key. */
  readonly timeout?: number;
}

const TIMEOUT = 60_000;
const MAX_BYTES = 65_536;
/** Where programs are looked for; that of this process may name directories that others write to. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The one line that a program prints. It runs without a shell, in `/`, with PATH and HOME as its whole environment and nothing on
 * its standard input. What it prints is quoted nowhere, and what it writes on standard error is dropped, because it may hold the
 * password.
 * @throws CustosError PASSWORD_SOURCE: it does not start, ends with another code than 0, prints no line, more than one, or more
 * than 64 KiB, or takes too long
 */
export async function passwordFromCommand(command: PasswordCommand): Promise<Secret> {
  const { output, problem } = await run(command);
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

interface Ran {
  readonly output: readonly Buffer[];
  readonly problem?: string;
}

function run({ words: [program, ...words], home, timeout = TIMEOUT }: PasswordCommand): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { PATH, ...(home !== undefined && { HOME: home }) };
    // A group of its own, so that what the program has started ends with it.
    const child = spawn(program, words, { cwd: '/', env, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    const output: Buffer[] = [];
    let size = 0;
    let problem: string | undefined;
    const stop = (why: string) => {
      problem ??= why;
      killGroup(child);
      child.stdout?.destroy();
    };
    const timer = setTimeout(() => stop(`did not end within ${timeout / 1000} seconds`), timeout);
    child.stdout?.on('data', (part: Buffer) => {
      size += part.length;
      output.push(part);
      if (size > MAX_BYTES) stop('printed more than 64 KiB');
    });
    const end = (why: string | undefined) => {
      clearTimeout(timer);
      const first = problem ?? why;
      resolve({ output, ...(first !== undefined && { problem: first }) });
    };
    child.once('error', () => end('cannot be started'));
    child.once('close', (code, signal) => end(code === 0 ? undefined : `ended with ${signal ?? code}`));
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

function refused(why: string): CustosError {
  const hint = 'run the command by hand as this user, with an environment that has only PATH and HOME';
  return new CustosError('PASSWORD_SOURCE', `the password command ${why}`, { hint });
}
