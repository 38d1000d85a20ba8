// One round of the daemon that is killed at a named step: node crashing-daemon.mjs HOME FLAGS_JSON STEP MOMENT COUNT
// It kills itself, for real, at the COUNT-th time that STEP begins or ends. Without a step it runs to its end.
import { readConfig } from '../../dist/app/config.js';
import { runDaemon } from '../../dist/app/daemon-work.js';
import { createHouse } from '../../dist/app/house.js';

const [home, flags, step, moment, count] = process.argv.slice(2);
const terminal = { interactive: false, note() {} };
const house = createHouse(readConfig(JSON.parse(flags), process.env, home), terminal);
let seen = 0;
const tally = await runDaemon(house, {
  signal: new AbortController().signal,
  trace: (name, when) => {
    if (name !== step || when !== moment) return;
    seen += 1;
    if (seen === Number(count)) process.kill(process.pid, 'SIGKILL');
  },
});
await house.close();
process.stdout.write(JSON.stringify(tally));
