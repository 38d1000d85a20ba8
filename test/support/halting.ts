import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { childProgram } from './child-program.js';

const program = await childProgram('crashing-daemon');
/** Milliseconds after which a daemon that should have ended is ended; it has as long again for each further halt. */
const LIMIT = 150_000;

/** The place at which a daemon stands still: the count-th time that a step of the transaction begins or ends. */
export interface Halt {
  readonly step: string;
  readonly moment: 'begin' | 'end';
  readonly count: number;
  readonly id?: string;
}

/** A daemon that stands still. */
export interface Halted {
  /** Process id of its signer. @throws Error: none runs, and 0 would be this process's own group */
  signer(): number;
}

interface Ending {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly stderr: string;
}

/** A daemon in a process of its own. */
export interface HaltingDaemon {
  /** Resolves when everything is open. @throws Error: it ended before */
  readonly started: Promise<unknown>;
  /** Resolves when it stands still. @throws Error: it ended before */
  readonly halted: Promise<Halted>;
  /** Resolves when it went on and what the step begins with has left its process. */
  goOn(): Promise<void>;
  /**
   * Lets it stand still once more, while it runs: over the first transaction that it has not seen yet, which `send` sends.
   * @throws Error: it ended before
   */
  haltOver(send: () => Promise<unknown>, place: Omit<Halt, 'id'>): Promise<Halted>;
  /** Resolves when it has written such a line to standard error. @throws Error: it ended before */
  complains(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): Promise<Ending>;
  readonly ended: Promise<Ending>;
}

/** Where a daemon finds its store. */
interface Home {
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts a daemon that serves until SIGTERM, and stands still at `halt`. */
export function startHalting(
  home: Home,
  flags: Readonly<Record<string, unknown>>,
  halt: Halt = { step: 'none', moment: 'begin', count: 0 },
): HaltingDaemon {
  const child = startProgram(home, flags, { ...halt, n: 0 });
  const { ended, said } = listen(child);
  const beginAnew = endAfterLimit(child);
  const isHalted = (n: number) =>
    said(new RegExp(`halted ${n} (.*)\n`)).then((name) => ({ signer: () => pidIn(name) }));
  const halted = isHalted(0);
  const started = said(/(started)\n/);
  for (const promise of [halted, started]) promise.catch(() => undefined);
  let n = 0;
  return {
    started,
    halted,
    async goOn() {
      child.stdin.write('\n');
      await said(new RegExp(`(went on) ${n}\n`));
    },
    async haltOver(send, place) {
      await started;
      beginAnew();
      n += 1;
      // Why it cannot be told is what `said` rejects with.
      child.send({ ...place, n }, () => undefined);
      await said(new RegExp(`(waiting) ${n}\n`));
      await send();
      child.stdin.write('\n');
      return isHalted(n);
    },
    complains: (pattern) => said(pattern, 'stderr'),
    kill(signal) {
      child.kill(signal);
      return ended;
    },
    ended,
  };
}

function startProgram({ home, environment }: Home, flags: object, halt: object) {
  const all = { testnet: true, logLevel: 'silent', period: '0.1', ...flags };
  const child = spawn(process.execPath, [program, home, JSON.stringify(all), JSON.stringify(halt)], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  }) as ChildProcessWithoutNullStreams;
  child.stdin.on('error', () => undefined);
  return child;
}

function pidIn(name: string): number {
  const pid = Number(/\d+/.exec(name)?.[0] ?? 0);
  if (pid === 0) throw new Error(`no signer runs: ${name}`);
  return pid;
}

/** What a process writes and how it ends. */
function listen(child: ChildProcessWithoutNullStreams) {
  const texts = { stdout: '', stderr: '' };
  const lookers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      texts[name] += part;
      for (const look of lookers) look();
    });
  }
  const ended = new Promise<Ending>((resolve) => {
    child.once('close', (code, signal) => resolve({ signal, code, stderr: texts.stderr }));
  });
  const said = (pattern: RegExp, where: keyof typeof texts = 'stdout') =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(texts[where]);
        if (found === null) return;
        lookers.delete(look);
        resolve(found[1] ?? '');
      };
      lookers.add(look);
      look();
      void ended.then((end) => reject(new Error(`the daemon ended before "${pattern}": ${JSON.stringify(end)}`)));
    });
  return { ended, said };
}

/** Ends a process that lives for too long. @returns lets its time begin anew */
function endAfterLimit(child: ChildProcessWithoutNullStreams): () => void {
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT);
  child.once('close', () => clearTimeout(timer));
  return () => void timer.refresh();
}

/** Resolves as soon as the condition holds. @throws Error: not within the limit, in milliseconds */
export async function until(condition: () => Promise<boolean>, limit = 280_000): Promise<void> {
  const end = performance.now() + limit;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${limit} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
