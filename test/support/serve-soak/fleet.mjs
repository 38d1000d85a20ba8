// Processes of `custos serve` that are killed and start again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** Whom each kind of death hits: the supervisor, one of its children, or a signer below its keeper. */
const hits = {
  server: ({ pid }) => [pid],
  stop: ({ pid }) => [pid],
  front: ({ pid }) => childrenOf(pid).filter((one) => commandOf(one).includes('main-front.js')),
  keeper: ({ pid }) => childrenOf(pid).filter((one) => commandOf(one).includes('keeper-main.js')),
  signer: ({ pid }) => hits.keeper({ pid }).flatMap(childrenOf),
};

/** Servers of one store, each at a port of its own, which stays the same. */
export class Fleet {
  urls;
  /** How often each kind of death came to pass, and the longest time of an end in order. */
  deaths = { server: 0, front: 0, keeper: 0, signer: 0, stop: 0 };
  slowestStop = 0;
  /** Ends in order that were not: exit codes other than 0. */
  badStops = 0;
  #start;
  #children = [];
  #isOver = false;

  /** @param {{program: string, args: string[], env: object, servers: {port: number, args?: string[]}[]}} given */
  constructor({ program, args, env, servers }) {
    this.urls = servers.map(({ port }) => `http://127.0.0.1:${port}`);
    this.#start = (place) => {
      const { port, args: own = [] } = servers[place];
      const all = [program, ...args, '--listen', `127.0.0.1:${port}`, ...own];
      const child = spawn(process.execPath, all, { env, stdio: ['ignore', 'ignore', 'inherit'] });
      const kill = () => child.kill('SIGKILL');
      process.once('exit', kill);
      // Whatever ends it, it comes back, as a service manager would have it.
      child.once('exit', () => {
        process.off('exit', kill);
        if (!this.#isOver) this.#children[place] = this.#start(place);
      });
      return child;
    };
    this.#children = servers.map((_, place) => this.#start(place));
  }

  /** @param kind - of death @param place - of the server */
  async kill(kind, place) {
    const child = this.#children[place];
    const found = hits[kind](child);
    if (found.length === 0) return;
    const begin = performance.now();
    const exit = once(child, 'exit');
    for (const pid of found) endProcess(pid, kind === 'stop' ? 'SIGTERM' : 'SIGKILL');
    this.deaths[kind] += 1;
    // The keeper replaces a signer; all the others are the end of the server.
    if (kind === 'signer') return;
    const [code] = await exit;
    if (kind !== 'stop') return;
    this.slowestStop = Math.max(this.slowestStop, performance.now() - begin);
    if (code !== 0) this.badStops += 1;
  }

  async close() {
    this.#isOver = true;
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exit = once(child, 'exit');
        child.kill('SIGTERM');
        await exit;
      }),
    );
  }
}

/** One that has ended meanwhile has no children. */
function childrenOf(pid) {
  const text = read(`/proc/${pid}/task/${pid}/children`).trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

function commandOf(pid) {
  return read(`/proc/${pid}/cmdline`);
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function endProcess(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
