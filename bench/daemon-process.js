// A daemon for a benchmark, in its own process so that its memory can be measured alone. Its parent sends what to serve. When
// it is stopped, it reports its memory, its tally and how long each step took.
import { readFileSync } from 'node:fs';
import { readConfig } from '../dist/app/config/config.js';
import { runDaemon } from '../dist/app/daemon/run.js';
import { createHouse } from '../dist/app/house.js';
import { AuditWriter } from '../dist/storage/audit/writer.js';
import { keeperOfProcess } from '../test/support/keeper-of-process.mjs';

const secrets = { CUSTOS_PASSWORD: 'bench password', CUSTOS_API_KEY: 'bench-key' };
const stop = new AbortController();
const steps = new Map();
const peak = { front: 0, signer: 0 };
/** Milliseconds of processor time of every signer process that ever opened the store, from then on, by process id. */
const signing = new Map();

process.on('message', (message) => {
  if (message.kind === 'stop') stop.abort();
  else void run(message);
});

async function run({ home, flags, audit }) {
  // What the steps record is dropped.
  if (!audit) AuditWriter.prototype.recordAll = async () => () => undefined;
  const config = readConfig({ testnet: true, logLevel: 'silent', ...flags }, secrets, home);
  const house = createHouse(config, { interactive: false, note() {} });
  let before;
  const sample = setInterval(() => {
    peak.front = Math.max(peak.front, megabytes(process.pid));
    sampleSigners();
  }, 50);
  const begin = performance.now();
  const { keeper, close } = keeperOfProcess(house, (pid) => signing.set(pid, { before: processorTime(pid), spent: 0 }));
  const { chains, clock, log, store } = house;
  const parts = { config, chains, clock, log, store, keeper };
  const tally = await runDaemon(parts, {
    signal: stop.signal,
    onReady: () => {
      before = processorTime(process.pid);
      process.send({ kind: 'ready', seconds: (performance.now() - begin) / 1000 });
    },
    trace: (step, moment, microseconds) => {
      // `way` is around all the others.
      if (moment === 'end' && step !== 'way') note(step, microseconds);
    },
  });
  clearInterval(sample);
  const front = processorTime(process.pid) - before;
  sampleSigners();
  await close();
  await house.close();
  const cpu = { front, signers: [...signing.values()].reduce((sum, { spent }) => sum + spent, 0) };
  const told = { tally, peak, steps: Object.fromEntries(steps), cpu, signers: signing.size };
  process.send({ kind: 'stopped', ...told }, () => process.exit(0));
}

/** One that has ended keeps its last figures. */
function sampleSigners() {
  for (const [pid, one] of signing) {
    peak.signer = Math.max(peak.signer, megabytes(pid));
    one.spent = Math.max(one.spent, processorTime(pid) - one.before);
  }
}

function note(step, microseconds) {
  const { count, sum, ends } = steps.get(step) ?? { count: 0, sum: 0, ends: [] };
  if (step === 'poll') ends.push({ at: performance.now(), took: microseconds / 1000 });
  steps.set(step, { count: count + 1, sum: sum + microseconds / 1000, ends });
}

/** Milliseconds that a process has used so far, to ten of them (proc(5): fields 14 and 15, in hundredths of a second); 0 when it has ended. */
function processorTime(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}

function megabytes(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
