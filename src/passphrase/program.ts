import { type ChildProcess, spawn } from 'node:child_process';

/** A program to run, and what it gets. */
export interface Program {
  /** The program, then its arguments. */
  readonly words: readonly [string, ...string[]];
  /** Programs such as `pass` find their files by it. */
  readonly home: string | undefined;
  /** Milliseconds until it is killed; a minute when absent, in which a person touches a security key. */
  readonly timeout?: number;
  /** Bytes on its standard input; none when absent. */
  readonly input?: Uint8Array;
  /** Variables beside PATH and HOME. None of them is secret. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** What a program printed; the caller wipes the parts. */
interface Ran {
  readonly output: readonly Buffer[];
  /** Why it does not count. */
  readonly problem?: string;
}

const TIMEOUT = 60_000;
const MAX_BYTES = 65_536;
/** Where programs are looked for; that of this process may name directories that others write to. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Runs a program without a shell, in `/`, with PATH, HOME and the given variables as its whole environment. What it writes on
 * standard error is dropped, because it may hold a secret. It is killed with all that it started when it takes too long or prints
 * more than 64 KiB. Never rejects.
 */
export function runProgram(program: Program): Promise<Ran> {
  const { words, home, timeout = TIMEOUT, input, variables } = program;
  return new Promise((resolve) => {
    const env = { PATH, ...(home !== undefined && { HOME: home }), ...variables };
    const [name, ...rest] = words;
    // A group of its own, so that what the program has started ends with it.
    const child = spawn(name, rest, { cwd: '/', env, stdio: ['pipe', 'pipe', 'ignore'], detached: true });
    // A program may end without reading all of it; its exit code says what that means.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
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
