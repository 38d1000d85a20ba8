import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { storeOf } from './home-store.js';

/** The built command. */
export const program = fileURLToPath(new URL('../../bin/custos.js', import.meta.url));

export type Environment = Readonly<Record<string, string | undefined>>;

export interface RunOptions {
  /** Home directory: the store lies in it unless said otherwise. */
  readonly home: string;
  /** The whole environment beside PATH and HOME. */
  readonly env?: Environment;
  readonly input?: string;
  /** Leaves the input open, for `type`. */
  readonly typed?: true;
  /** Another copy of the built command, or another program of Node. */
  readonly program?: string;
  /** Where it runs. */
  readonly cwd?: string;
  /** The largest file that may be written, in blocks of 1,024 bytes (`ulimit -f`). */
  readonly fileBlocks?: number;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves with the line of standard error (or output) that matches. */
  line(pattern: RegExp): Promise<string>;
  type(text: string): void;
  kill(signal: NodeJS.Signals): Promise<Ended>;
}

/** An empty home directory. */
export function makeHome(): string {
  return mkdtempSync(join(tmpdir(), 'custos-home-'));
}

export function removeHome(home: string): void {
  rmSync(home, { recursive: true, force: true });
}

/** Runs `custos` to its end, with an environment that has nothing of this process's but PATH. */
export function custos(args: readonly string[], options: RunOptions): Promise<Ended> {
  return start(args, options).ended;
}

/** Starts `custos`; the caller ends it. */
export function start(args: readonly string[], options: RunOptions): Running {
  const { fileBlocks } = options;
  const command = [options.program ?? program, ...args];
  if (fileBlocks === undefined) return startProgram(process.execPath, command, options);
  const limited = `ulimit -f ${fileBlocks}; exec "$0" "$@"`;
  return startProgram('bash', ['-c', limited, process.execPath, ...command], options);
}

/** The same on a terminal of its own, where standard output and error are one. */
export function onTerminal(args: readonly string[], options: RunOptions): Running {
  const command = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ');
  return startProgram('script', ['-qec', command, '/dev/null'], { typed: true, ...options });
}

/** Starts another program as `start` does. */
export function startProgram(
  file: string,
  args: readonly string[],
  { home, env, input, typed, cwd }: RunOptions,
): Running {
  const child = spawn(file, args, { cwd, env: { PATH: process.env['PATH'], HOME: home, ...storeOf(home), ...env } });
  const texts = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (part: string) => {
      texts[name] += part;
      for (const look of watchers) look();
    });
  }
  // A command that does not read its input closes it early.
  child.stdin.on('error', () => undefined);
  if (typed === undefined) child.stdin.end(input ?? '');
  const ended = endOf(child, texts);
  return {
    pid: child.pid ?? 0,
    ended,
    line(pattern) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = `${texts.stderr}\n${texts.stdout}`.split('\n').find((line) => pattern.test(line));
          if (found === undefined) return;
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
        void ended.then(({ code, stderr }) => reject(new Error(`ended with ${code} before ${pattern}: ${stderr}`)));
      });
    },
    type: (text) => void child.stdin.write(text),
    kill(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

function endOf(child: ChildProcessWithoutNullStreams, texts: { stdout: string; stderr: string }): Promise<Ended> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...texts }));
  });
}
