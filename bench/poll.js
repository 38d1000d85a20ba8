// How long an idle round over all chains takes against a cloud with 20 ms latency, as a ratio to that latency.
import { createRegistry } from '../dist/chains/registry.js';
import { makeStore, start } from './draining.js';
import { report } from './support.js';

const LATENCY = 20;
const ROUNDS = 8;

const chains = [...createRegistry().ids];
const { home } = makeStore(20, '', ...chains);
const stub = start('stub-cloud');
const serving = stub.heard('serving');
stub.ask({ kind: 'serve', pending: [], latency: LATENCY });
const { url } = await serving;
const daemon = start('daemon-process');
const ready = daemon.heard('ready');
daemon.ask({ home, flags: { cloudUrl: url, period: '1' } });
await ready;
await new Promise((resolve) => setTimeout(resolve, ROUNDS * 1000));
const stopped = daemon.heard('stopped');
daemon.ask({ kind: 'stop' });
const { steps } = await stopped;
stub.stop();

const polls = steps.poll.ends.map(({ at, took }) => ({ begin: at - took, end: at })).sort((a, b) => a.begin - b.begin);
const rounds = [];
// A round is what lies closer together than half a period.
for (const poll of polls) {
  const last = rounds.at(-1);
  if (last === undefined || poll.begin - last.begin > 500) rounds.push({ ...poll, count: 1 });
  else Object.assign(last, { end: Math.max(last.end, poll.end), count: last.count + 1 });
}
// The first one makes the connections.
const whole = rounds.slice(1).filter(({ count }) => count === chains.length);
const times = whole.map(({ begin, end }) => end - begin).sort((a, b) => a - b);
const median = times[Math.floor(times.length / 2)] ?? Number.NaN;
report('poll', [
  {
    what: `idle round of ${chains.length} chains, median of ${times.length}`,
    figure: `${median.toFixed(1)} ms`,
    limit: `round trip ${LATENCY} ms`,
    ratio: median / LATENCY,
    goal: '< 2',
    met: median / LATENCY < 2,
  },
]);
process.exit(0);
