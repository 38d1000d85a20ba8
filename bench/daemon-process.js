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

process.on('message', (message) => {
  if (message.kind === 'stop') stop.abort();
  else void run(message);
});

async function run({ home, flags, audit }) {
  // What the steps record is dropped.
  if (!audit) AuditWriter.prototype.recordAll = async () => () => undefined;
  const config = readConfig({ testnet: true, logLevel: 'silent', ...flags }, secrets, home);
  const house = createHouse(config, { interactive: false, note() {} });
  let signers = [];
  let before;
  const sample = setInterval(() => {
    peak.front = Math.max(peak.front, megabytes(process.pid));
    peak.signer = Math.max(peak.signer, ...signers.map(megabytes));
  }, 50);
  const begin = performance.now();
  const { keeper, close } = keeperOfProcess(house);
  const { chains, clock, log, store } = house;
  const parts = { config, chains, clock, log, store, keeper };
  const tally = await runDaemon(parts, {
    signal: stop.signal,
    onReady: ({ name }) => {
      signers = (name.match(/\d+/g) ?? []).map(Number);
      before = [process.pid, ...signers].map(processorTime);
      process.send({ kind: 'ready', seconds: (performance.now() - begin) / 1000, signers: signers.length });
    },
    trace: (step, moment, microseconds) => {
      // `way` is around all the others.
      if (moment === 'end' && step !== 'way') note(step, microseconds);
    },
  });
  clearInterval(sample);
  const [front, ...signing] = [process.pid, ...signers].map((pid, at) => processorTime(pid) - before[at]);
  await close();
  await house.close();
  const cpu = { front, signers: signing.reduce((sum, one) => sum + one, 0) };
  process.send({ kind: 'stopped', tally, peak, steps: Object.fromEntries(steps), cpu }, () => process.exit(0));
}

function note(step, microseconds) {
  const { count, sum, ends } = steps.get(step) ?? { count: 0, sum: 0, ends: [] };
  if (step === 'poll') ends.push({ at: performance.now(), took: microseconds / 1000 });
  steps.set(step, { count: count + 1, sum: sum + microseconds / 1000, ends });
}

/** Milliseconds that a process has used so far, to ten of them (proc(5): fields 14 and 15, in hundredths of a second). */
function processorTime(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function megabytes(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
