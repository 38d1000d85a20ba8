// A daemon that stands still at a named step until it is told to go on: node crashing-daemon.mjs HOME FLAGS_JSON HALT_JSON
// HALT is {step, moment, count, id}: the COUNT-th time that STEP of the transaction begins or ends (steps without a
// transaction count, too). It then writes "halted PID_OF_THE_SIGNER" and waits for a line, with everything as it is: a
// signal, and whatever happens to the processes beside it, come exactly there. Ends as `custos daemon` does.
import { readSync, writeSync } from 'node:fs';
import { readConfig } from '../../dist/app/config.js';
import { runDaemon } from '../../dist/app/daemon-work.js';
import { createHouse } from '../../dist/app/house.js';

const [home, flags, halt] = process.argv.slice(2);
const { step, moment, count, id } = JSON.parse(halt);
const house = createHouse(readConfig(JSON.parse(flags), process.env, home), { interactive: false, note() {} });
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
let signer;
let seen = 0;

function trace(name, when, _time, pendingId) {
  if (name !== step || when !== moment || (pendingId !== undefined && pendingId !== id)) return;
  seen += 1;
  if (seen !== count) return;
  writeSync(1, `halted ${/\d+/.exec(signer.name)?.[0]}\n`);
  readSync(0, new Uint8Array(1));
  // What the step begins with has left this process by then.
  setImmediate(() => setImmediate(() => writeSync(1, 'went on\n')));
}

await runDaemon(house, {
  signal: stop.signal,
  trace,
  onReady(ready) {
    signer = ready;
    writeSync(1, 'started\n');
  },
});
await house.close();
