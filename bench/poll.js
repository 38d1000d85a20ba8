// How long an idle round over all chains at once takes against a cloud with 20 ms latency, as a ratio to that latency; and how long
// the same requests take a program that does nothing else. Each chain has a period of its own, which begins when its poll has ended,
// so the stub lets all begin every second round together: only those count.
import { Agent, request } from 'node:http';
import { createRegistry } from '../dist/chains/registry.js';
import { makeStore, start } from './draining.js';
import { report } from './support.js';

const LATENCY = 20;
const ROUNDS = 50;

const chains = [...createRegistry().ids];
const { home } = makeStore(20, '', ...chains);
const stub = start('stub-cloud');
const serving = stub.heard('serving');
stub.ask({ kind: 'serve', pending: [], latency: LATENCY, together: chains.length });
const { url } = await serving;
const daemon = start('daemon-process');
const ready = daemon.heard('ready');
daemon.ask({ home, flags: { cloudUrl: url, period: '1', idlePeriod: '1' } });
await ready;
await new Promise((resolve) => setTimeout(resolve, ROUNDS * 1000));
const stopped = daemon.heard('stopped');
daemon.ask({ kind: 'stop' });
const { steps } = await stopped;
const bare = await bareRounds();
stub.stop();

const polls = steps.poll.ends.map(({ at, took }) => ({ begin: at - took, end: at })).sort((a, b) => a.begin - b.begin);
const rounds = [];
// Polls closer together than half a period form one round.
for (const poll of polls) {
  const last = rounds.at(-1);
  if (last === undefined || poll.begin - last.begin > 500) rounds.push({ ...poll, count: 1 });
  else Object.assign(last, { end: Math.max(last.end, poll.end), count: last.count + 1 });
}
// The first of all rounds makes the connections, too.
const whole = rounds.filter(({ count }, place) => place % 2 === 1 && count === chains.length);
const times = whole.map(({ begin, end }) => end - begin).sort((a, b) => a - b);
const median = times[Math.floor(times.length / 2)] ?? Number.NaN;
report('poll', [
  {
    what: `idle round of all chains, median of ${times.length}`,
    figure: `${median.toFixed(1)} ms`,
    limit: `round trip ${LATENCY} ms`,
    ratio: median / LATENCY,
    goal: '< 2',
    met: median / LATENCY < 2,
  },
  { what: 'as many bare requests at once', figure: `${bare.toFixed(1)} ms`, ratio: bare / LATENCY },
]);
process.exit(0);

/** Median milliseconds of as many rounds, after the first, with one bare request per chain. */
async function bareRounds() {
  const agent = new Agent({ keepAlive: true });
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now();
    await Promise.all(chains.map((chain) => post(agent, `${url}/v3/kms/pending/${chain}`)));
    times.push(performance.now() - begin);
    // Like the daemon, which does other work between rounds.
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  agent.destroy();
  return times.slice(1).sort((a, b) => a - b)[Math.floor((ROUNDS - 1) / 2)];
}

function post(agent, to) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const sent = request(to, { method: 'POST', agent, headers }, (response) => response.resume().once('end', resolve));
    sent.once('error', reject);
    sent.end('{"signatureIds":[]}');
  });
}
