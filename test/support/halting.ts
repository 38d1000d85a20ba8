import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./crashing-daemon.mjs', import.meta.url));
/** Milliseconds after which a daemon that should have ended is ended. */
const LIMIT = 150_000;

/** The place at which a daemon stands still: the count-th time that a step of the transaction begins or ends. */
export interface Halt {
  readonly step: string;
  readonly moment: 'begin' | 'end';
  readonly count: number;
  readonly id?: string;
}

export interface Ending {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly stderr: string;
}

/** A daemon in a process of its own. */
export interface HaltingDaemon {
  /** Resolves when everything is open. @throws Error: it ended before */
  readonly started: Promise<unknown>;
  /** Resolves when it stands still. @throws Error: it ended before */
  readonly halted: Promise<{ readonly signer: number }>;
  /** Resolves when it went on and what the step begins with has left its process. */
  goOn(): Promise<void>;
  /** Resolves when it has written such a line to standard error. @throws Error: it ended before */
  complains(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): Promise<Ending>;
  readonly ended: Promise<Ending>;
}

/** Starts a daemon that serves until SIGTERM, and stands still at `halt`. */
export function startHalting(
  { home, environment }: { readonly home: string; readonly environment: Readonly<Record<string, string>> },
  flags: Readonly<Record<string, unknown>>,
  halt: Halt = { step: 'none', moment: 'begin', count: 0 },
): HaltingDaemon {
  const all = { testnet: true, logLevel: 'silent', period: '0.1', ...flags };
  const child = spawn(process.execPath, [program, home, JSON.stringify(all), JSON.stringify(halt)], {
    env: { PATH: process.env['PATH'], ...environment },
    timeout: LIMIT,
    killSignal: 'SIGKILL',
  });
  const texts = { stdout: '', stderr: '' };
  const lookers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      texts[name] += part;
      for (const look of lookers) look();
    });
  }
  child.stdin.on('error', () => undefined);
  const ended = new Promise<Ending>((resolve) => {
    child.once('close', (code, signal) => resolve({ signal, code, stderr: texts.stderr }));
  });
  const said = (pattern: RegExp, where: keyof typeof texts = 'stdout') =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(texts[where]);
        if (found !== null) resolve(found[1] ?? '');
      };
      lookers.add(look);
      look();
      void ended.then((end) => reject(new Error(`the daemon ended before "${pattern}": ${JSON.stringify(end)}`)));
    });
  const halted = said(/halted (\d+)\n/).then((pid) => ({ signer: Number(pid) }));
  const started = said(/(started)\n/);
  for (const promise of [halted, started]) promise.catch(() => undefined);
  return {
    started,
    halted,
    async goOn() {
      child.stdin.write('\n');
      await said(/(went on)\n/);
    },
    complains: (pattern) => said(pattern, 'stderr'),
    kill(signal) {
      child.kill(signal);
      return ended;
    },
    ended,
  };
}

/** Resolves as soon as the condition holds. @throws Error: not within the limit, in milliseconds */
export async function until(condition: () => Promise<boolean>, limit = 90_000): Promise<void> {
  const end = performance.now() + limit;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${limit} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
