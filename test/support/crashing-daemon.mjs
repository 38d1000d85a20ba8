// A daemon that stands still at a named step until it is told to go on: node crashing-daemon.mjs HOME FLAGS_JSON HALT_JSON
// HALT is {n, step, moment, count, id}: the COUNT-th time that STEP of the transaction begins or ends (steps without a
// transaction count, too). It then writes "halted N NAME_OF_THE_SIGNER" and waits for a line, with everything as it is: a
// signal, and whatever happens to the processes beside it, come exactly there. Ends as `custos daemon` does.
// The next HALT comes as a message, without an id: then it is the first transaction that this process has not seen yet. It
// holds from the next poll on, before which the process stands still, too ("waiting N"): no poll can find what is sent
// meanwhile before the halt holds.
import { readSync, writeSync } from 'node:fs';
import { readConfig } from '../../dist/app/config/config.js';
import { runDaemon } from '../../dist/app/daemon/run.js';
import { createHouse } from '../../dist/app/house.js';
import { keeperOfProcess } from './keeper-of-process.mjs';

const [home, flags, first] = process.argv.slice(2);
const house = createHouse(readConfig(JSON.parse(flags), process.env, home), { interactive: false, note() {} });
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const known = new Set();
let halt = JSON.parse(first);
let next;
let signer;
let seen = 0;

process.on('message', (message) => {
  next = message;
});
// Whoever started it is gone, and nobody else would end it.
process.once('disconnect', () => process.exit(1));
// Only the daemon's own work keeps this process alive.
process.channel.unref();

function trace(name, when, _time, pendingId) {
  if (next !== undefined && name === 'poll' && when === 'begin') takeNext();
  if (pendingId !== undefined && !known.has(pendingId)) {
    known.add(pendingId);
    halt.id ??= pendingId;
  }
  if (name !== halt.step || when !== halt.moment || (pendingId !== undefined && pendingId !== halt.id)) return;
  seen += 1;
  if (seen !== halt.count) return;
  const { n } = halt;
  standStill(`halted ${n} ${signer.name}`);
  // What the step begins with has left this process by then.
  setImmediate(() => setImmediate(() => writeSync(1, `went on ${n}\n`)));
}

function takeNext() {
  halt = next;
  next = undefined;
  seen = 0;
  standStill(`waiting ${halt.n}`);
}

function standStill(word) {
  writeSync(1, `${word}\n`);
  readSync(0, new Uint8Array(1));
}

const { keeper, close } = keeperOfProcess(house);
const { config, chains, clock, log, store } = house;
await runDaemon(
  { config, chains, clock, log, store, keeper },
  {
    signal: stop.signal,
    trace,
    onReady(ready) {
      signer = ready;
      writeSync(1, 'started\n');
    },
  },
);
await close();
await house.close();
