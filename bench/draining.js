// What the drain benchmarks share: a store with many wallets, a stub with ready transactions, daemons and the bare loop.
import { fork, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { frontFlags } from '../dist/app/supervisor/front-child.js';
import { makeBundle } from '../test/support/bundled.mjs';
import { pendingId, processorTime, randomHex, temporaryHome } from './support.js';

export const TRANSACTIONS = Number(process.env.BENCH_TRANSACTIONS ?? 5000);
export const WALLETS = Number(process.env.BENCH_WALLETS ?? 25_000);
/** As a daemon by itself. */
const CONCURRENCY = 128;
const TRANSACTIONS_A_SENDER = 2;
export const QUESTIONS = ['eth_gasPrice', 'eth_estimateGas', 'eth_getTransactionCount'];

// Each program of a run listens for the end of this one.
process.setMaxListeners(0);

const path = (name) => fileURLToPath(new URL(`./${name}.js`, import.meta.url));
/** As it is shipped: finding and linking a thousand modules would take a twentieth of a drain. */
const daemonProgram = await bundledDaemon();

async function bundledDaemon() {
  const dir = fileURLToPath(new URL('./results/program/', import.meta.url));
  await makeBundle(path('daemon-process'), dir);
  return join(dir, 'daemon-process.js');
}

/** A program of a benchmark: `ask` sends, `heard` waits for a message of that kind. Ends with this process. */
export function start(name) {
  const isDaemon = name === 'daemon-process';
  // As the supervisor starts a front.
  const execArgv = [...process.execArgv, ...(isDaemon ? frontFlags : [])];
  const child = fork(isDaemon ? daemonProgram : path(name), {
    execArgv,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  return {
    ask: (message) => child.send(message),
    heard: (kind) =>
      new Promise((resolve, reject) => {
        const listen = (message) => {
          if (message.kind !== kind) return;
          child.off('message', listen);
          resolve(message);
        };
        child.on('message', listen);
        child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it was ${kind}`)));
      }),
    stop: () => child.kill('SIGKILL'),
  };
}

/** Makes a store in a separate process. @returns home and signature IDs */
export function makeStore(count, ...flags) {
  const home = temporaryHome();
  const made = spawnSync(process.execPath, [path('make-store'), home, String(count), ...flags], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (made.status !== 0) throw new Error(made.stderr);
  return { home, ids: JSON.parse(made.stdout) };
}

/** Ready transactions of the first wallets, two for each; `fields` overrides what they state. */
export function readyTransactions(ids, fields = {}, count = TRANSACTIONS) {
  const senders = Math.ceil(count / TRANSACTIONS_A_SENDER);
  return Array.from({ length: count }, (_, at) => ({
    id: pendingId(),
    chain: 'ETH',
    hashes: [ids[at % senders]],
    serializedTransaction: JSON.stringify({
      from: 0,
      to: `0x${randomHex(20)}`,
      value: String(1_000_000 + at),
      nonce: Math.floor(at / senders),
      gas: '21000',
      gasPrice: '1000000000',
      chainId: 11155111,
      ...fields,
    }),
  }));
}

/** Lets daemons drain the transactions, without the audit log if `audit` is false. @returns rate, memory, steps, and milliseconds of processor time for each */
export async function drain({ home, pending, daemons = 1, flags = {}, audit = true }) {
  const stub = start('stub-cloud');
  const serving = stub.heard('serving');
  stub.ask({ kind: 'serve', pending, pollers: daemons });
  const { url } = await serving;
  const drained = stub.heard('drained');
  const running = Array.from({ length: daemons }, () => start('daemon-process'));
  const ready = running.map((daemon) => daemon.heard('ready'));
  for (const daemon of running) {
    daemon.ask({ home, audit, flags: { cloudUrl: url, concurrency: String(CONCURRENCY), ...flags } });
  }
  await Promise.all(ready);
  const before = processorTime();
  const { seconds } = await drained;
  const cpu = before === undefined ? undefined : processorTime() - before;
  const stopped = running.map((daemon) => daemon.heard('stopped'));
  for (const daemon of running) daemon.ask({ kind: 'stop' });
  const told = await Promise.all(stopped);
  const counted = stub.heard('counted');
  stub.ask({ kind: 'count' });
  const { broadcasts } = await counted;
  stub.stop();
  const completed = told.reduce((sum, { tally }) => sum + tally.completed, 0);
  if (completed !== pending.length || broadcasts !== pending.length) {
    throw new Error(`completed ${completed}, broadcast ${broadcasts} of ${pending.length}`);
  }
  const signers = told.reduce((sum, one) => sum + one.signers, 0);
  return { rate: pending.length / seconds, signers, told, cpu: cpu && (cpu / pending.length) * 1000 };
}

/** The rate of the bare loop with the same number of transactions and the same questions before each. */
export async function bareRate(count, { questions = [], client = 'agent' } = {}) {
  const ids = Array.from({ length: count }, () => randomHex(12));
  return (await runLoop('bare-loop', count, { ids, questions, client })).rate;
}

/** The bare loop with the promises of a daemon and nothing else. @returns rate, and processor time of its own process in ms for each */
export async function promisesRate(pending) {
  const file = join(temporaryHome(), 'promises.db');
  const { rate, cpu } = await runLoop('promises-loop', pending.length, { pending, file });
  return { rate, cpu: (cpu.user + cpu.system) / 1000 / pending.length };
}

async function runLoop(name, count, asked) {
  const stub = start('stub-cloud');
  const serving = stub.heard('serving');
  stub.ask({ kind: 'serve', pending: [], expected: count });
  const { url } = await serving;
  const drained = stub.heard('drained');
  const loop = start(name);
  const done = loop.heard('done');
  loop.ask({ url, concurrency: CONCURRENCY, ...asked });
  const { seconds } = await drained;
  const { cpu } = await done;
  stub.stop();
  return { rate: count / seconds, cpu };
}

/** The row of one drain against the bare loop. */
export function drainRow(what, { rate, signers }, bare, goal = 0.5) {
  return {
    what: signers === undefined ? what : `${what}, ${signers} signers`,
    figure: `${Math.round(rate)}/s`,
    limit: `bare loop ${Math.round(bare)}/s`,
    ratio: rate / bare,
    goal: `>= ${goal}`,
    met: rate / bare >= goal,
  };
}

/** The processor time of all processes, the database's and the stub's included, from when the daemons are ready to the last transaction. */
export function wholeProcessorRow(what, { cpu }) {
  if (cpu === undefined) return [];
  return [{ what: `${what}: processor time of all processes`, figure: `${cpu.toFixed(2)} ms each` }];
}

/** Rows without a limit: where the time goes, memory. */
export function stepRows(drained) {
  const { peak, steps } = drained.told[0];
  const rows = Object.entries(steps).map(([step, { count, sum }]) => ({
    what: `step "${step}", ${count} times (waiting included, works overlap)`,
    figure: `${(sum / count).toFixed(2)} ms each`,
  }));
  return [
    { what: 'front, peak RSS', figure: `${Math.round(peak.front)} MB`, goal: '< 200 MB', met: peak.front < 200 },
    { what: 'signer, peak RSS', figure: `${Math.round(peak.signer)} MB`, goal: '< 150 MB', met: peak.signer < 150 },
    ...processorRows(drained),
    ...rows,
  ];
}

/** The processor time of a daemon's own processes for each transaction. */
export function processorRows({ told }, more = '') {
  const [{ tally, cpu }] = told;
  return [
    processorRow(`front, processor time a transaction${more}`, cpu.front / tally.completed, 1),
    processorRow(`signers, processor time a transaction${more}`, cpu.signers / tally.completed, 0.45),
  ];
}

/** From when the front is ready and each signer has opened the store to when the daemon has ended; a start takes about a second. */
function processorRow(what, each, goal) {
  return { what, figure: `${each.toFixed(2)} ms`, goal: `< ${goal} ms`, met: each < goal };
}
