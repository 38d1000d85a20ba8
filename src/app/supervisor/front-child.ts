import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { CustosError } from '../../core/errors.js';
import type { FrontSettings } from '../config/front-settings.js';
import type { Environment } from '../config/reader.js';
import { packageRoot } from '../process/package.js';
import { KEEPER_STREAM, parseFromFront, type ToFront } from './messages.js';

/**
 * Flags of Node for a front. A transaction leaves some 200 kB of garbage: a young generation that begins with 1 MB would be collected
 * hundreds of times a second, which takes a twentieth of the time. In MB, for each of its two halves. And the optimising compiler
 * copies functions into each other up to this much bytecode (usual: 920): a transaction runs through many functions once each,
 * which gain little by it, and compiling them took a fifth of the processor time of a drain. One thread helps with both: with the usual
 * four, the front's own thread waits longer for a processor than they save it.
 */
export const frontFlags: readonly string[] = [
  '--min-semi-space-size=16',
  '--max-inlined-bytecode-size-cumulative=300',
  '--v8-pool-size=1',
];

/** Threads of Node's pool, where the disk is waited for: names that no server resolves and passwords of users take up to half of four. */
const THREADS = '8';

export interface FrontStart {
  readonly settings: FrontSettings;
  /** Of its process. */
  readonly environment: Environment;
  /** Another program than the one of this package, which does the same. */
  readonly program?: string;
}

/** How a front ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Its last word was that it lost the keeper. */
  readonly isKeeperLost: boolean;
}

/** The front of a daemon in a child process. */
export interface FrontChild {
  /** Its end of the stream between it and the keeper. */
  readonly stream: Duplex;
  send(message: ToFront): void;
  /** Resolves when it needs the keeper, to the id of its store. */
  readonly keeperNeeded: Promise<string>;
  /** Resolves when it lost the keeper. */
  readonly keeperLost: Promise<void>;
  /** Resolves when it is gone and all that it said was read. */
  readonly ended: Promise<Ending>;
  kill(): void;
}

/**
 * Starts the front. It has the standard output and error of this process, and no standard input.
 * @throws CustosError FRONT_DIED: the system starts no process
 */
export function startFront({ settings, environment, program = frontProgram() }: FrontStart): FrontChild {
  const child = forked(program, environment);
  const stream = child.stdio[KEEPER_STREAM];
  if (!(stream instanceof Duplex)) throw new CustosError('FRONT_DIED', 'the front has no stream to the keeper');
  stream.on('error', () => undefined);
  const send = (message: ToFront): void => {
    // When it has ended, `ended` says so.
    if (child.connected) child.send(message, () => undefined);
  };
  send({ kind: 'begin', settings });
  return { stream, send, ...listenTo(child), kill: () => void child.kill('SIGKILL') };
}

function listenTo(child: ChildProcess): Pick<FrontChild, 'keeperNeeded' | 'keeperLost' | 'ended'> {
  let needed: (storeId: string) => void = () => undefined;
  let lost: () => void = () => undefined;
  let isKeeperLost = false;
  const keeperNeeded = new Promise<string>((resolve) => {
    needed = resolve;
  });
  const keeperLost = new Promise<void>((resolve) => {
    lost = resolve;
  });
  child.on('message', (value: unknown) => {
    const message = parseFromFront(value);
    if (message?.kind === 'keeper-needed') needed(message.storeId);
    if (message?.kind === 'keeper-lost') {
      isKeeperLost = true;
      lost();
    }
  });
  const unread = new Promise<void>((resolve) => void child.once('disconnect', resolve));
  const ended = new Promise<Ending>((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null, isKeeperLost }));
    // The system says that a process ended before its last messages are read.
    child.once('exit', (code, signal) => void unread.then(() => resolve({ code, signal, isKeeperLost })));
  });
  return { keeperNeeded, keeperLost, ended };
}

function forked(program: string, environment: Environment): ChildProcess {
  try {
    const stdio: StdioOptions = ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'];
    const env = { UV_THREADPOOL_SIZE: THREADS, ...environment };
    return fork(program, [], { env, execArgv: [...process.execArgv, ...frontFlags], stdio });
  } catch (cause) {
    throw new CustosError('FRONT_DIED', 'the front could not be started', { cause });
  }
}

function frontProgram(): string {
  return join(packageRoot(), 'dist', 'program', 'main-front.js');
}
