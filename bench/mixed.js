// Mixed loads: all chains at once, without and with a policy, two budgets and the audit log; a thousand senders with ten
// transactions each; and the rate of one chain while the way of another is dead. `node bench/mixed.js chains dead` runs only these.
// Each run must show that every transaction was signed once and broadcast once, in the order of its sender, and that none failed.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeStore, start } from './draining.js';
import { preparePayments } from './mixed-payments.js';
import { prove } from './mixed-proof.js';
import { pendingId, randomHex, report, temporaryHome } from './support.js';

/** As a daemon by itself. */
const CONCURRENCY = 128;
/** Milliseconds after which a run has failed. */
const LONGEST = 300_000;
const OF_EACH_CHAIN = Number(process.env.BENCH_OF_EACH_CHAIN ?? 60);
const SENDERS_OF_CHAIN = 20;
const SENDERS = Number(process.env.BENCH_SENDERS ?? 1000);
const loads = { chains: allChains, control: allChainsControlled, senders: manySenders, dead: besideDeadChain };

const named = process.argv.slice(2);
for (const name of named) if (!Object.hasOwn(loads, name)) throw new Error(`${name} is none of ${Object.keys(loads)}`);
let prepared;
const rows = [];
for (const name of named.length > 0 ? named : Object.keys(loads)) rows.push(...(await loads[name]()));
report('mixed', rows);
process.exit(0);

function allChains() {
  return rowsOfChains('all chains at once', { goal: 0.5, ready: () => undefined });
}

function allChainsControlled() {
  return rowsOfChains('the same with a policy, two budgets and the audit log', { goal: 0.45, ready: publishPolicy });
}

async function rowsOfChains(what, { goal, ready }) {
  prepared ??= await preparePayments(OF_EACH_CHAIN, SENDERS_OF_CHAIN);
  const { wallets, pending, facts, works } = prepared;
  const home = importedStore(wallets);
  ready(home);
  const before = await bareMixed(works, facts);
  const drained = await drain({ home, pending, facts });
  // Measured before and after, because the speed of a machine changes meanwhile.
  const bare = (before + (await bareMixed(works, facts))) / 2;
  const ends = endsOfChains(drained.arrivals);
  const [first, last] = [ends[0], ends.at(-1)];
  return [
    ratioRow(`${what}: ${OF_EACH_CHAIN} transactions of each chain`, drained.rate, bare, goal),
    { what: 'the first chain is done', figure: `${first.chain} after ${first.at.toFixed(0)} ms` },
    { what: 'the last chain is done', figure: `${last.chain} after ${last.at.toFixed(0)} ms` },
    pauseRow(drained.arrivals),
    ...costRows(drained),
  ];
}

async function manySenders() {
  const { home, ids } = makeStore(SENDERS);
  const pending = transfers(ids, 10);
  const before = await bareTransfers(pending.length);
  const drained = await drain({ home, pending });
  const bare = (before + (await bareTransfers(pending.length))) / 2;
  const what = `${SENDERS} senders with ten ETH transactions each, one after another`;
  return [ratioRow(what, drained.rate, bare, 0.5), pauseRow(drained.arrivals), ...costRows(drained)];
}

async function besideDeadChain() {
  const { home, ids } = makeStore(SENDERS, '', 'ETH', 'BSC');
  const ether = (first) => transfers(ids.slice(0, SENDERS), 2, { first });
  const dead = transfers(ids.slice(SENDERS, SENDERS + 200), 1, { chain: 'BSC', chainId: 97 });
  const before = await drain({ home, pending: ether(0) });
  const beside = await drain({ home, pending: [...dead, ...ether(2)], measured: 'ETH', deadChains: ['BSC'] });
  const after = await drain({ home, pending: ether(4) });
  const alone = (before.rate + after.rate) / 2;
  const live = beside.arrivals.filter(({ chain }) => chain === 'ETH');
  const row = ratioRow(
    `${2 * SENDERS} of ETH beside ${dead.length} of BSC, whose node never answers`,
    beside.rate,
    alone,
  );
  return [{ ...row, limit: `ETH alone ${Math.round(alone)}/s`, goal: '>= 0.9', met: row.ratio >= 0.9 }, pauseRow(live)];
}

/** Ready transfers, of all senders in turn: first all with the first number. */
function transfers(ids, ofEach, { chain = 'ETH', chainId = 11155111, first = 0 } = {}) {
  return Array.from({ length: ofEach * ids.length }, (_, at) => ({
    id: pendingId(),
    chain,
    hashes: [ids[at % ids.length]],
    serializedTransaction: JSON.stringify({
      from: 0,
      to: `0x${randomHex(20)}`,
      value: String(1_000_000 + at),
      nonce: first + Math.floor(at / ids.length),
      gas: '21000',
      gasPrice: '1000000000',
      chainId,
    }),
  }));
}

/** Lets one daemon drain the transactions, and proves that it did. @param measured - the chain whose rate counts; all without it */
async function drain({ home, pending, facts, measured, deadChains }) {
  const { stub, url } = await serve({ pending, facts, deadChains });
  const drained = stub.heard('drained');
  const isMeasured = measured === undefined ? drained : stub.heard(`drained ${measured}`);
  const daemon = start('daemon-process');
  daemon.ask({ home, audit: true, flags: { cloudUrl: url, concurrency: String(CONCURRENCY) } });
  await daemon.heard('ready');
  const undone = Promise.race([reported(stub), late()]);
  undone.catch(() => undefined);
  const { seconds } = await Promise.race([isMeasured, undone]);
  if (measured !== undefined) stub.ask({ kind: 'revive' });
  await Promise.race([drained, undone]);
  const stopped = daemon.heard('stopped');
  daemon.ask({ kind: 'stop' });
  const told = await stopped;
  const counted = stub.heard('counted');
  stub.ask({ kind: 'count' });
  const { arrivals } = await counted;
  stub.stop();
  prove({ pending, arrivals, told, deadChains });
  const count = measured === undefined ? pending.length : pending.filter(({ chain }) => chain === measured).length;
  return { rate: count / seconds, arrivals, told };
}

/** Rejects when the daemon reports an error: what it is about will never be broadcast. */
function reported(stub) {
  const report = stub.heard('reported').then(({ errors }) => {
    throw new Error(`errors were reported: ${JSON.stringify(errors)}`);
  });
  report.catch(() => undefined);
  return report;
}

function late() {
  const late = new Promise((_done, reject) => {
    setTimeout(reject, LONGEST, new Error(`not everything was broadcast in ${LONGEST / 1000} s`)).unref();
  });
  late.catch(() => undefined);
  return late;
}

async function serve(message) {
  const stub = start('mixed-cloud');
  const serving = stub.heard('serving');
  stub.ask({ kind: 'serve', ...message });
  const { url } = await serving;
  return { stub, url };
}

async function bareMixed(works, facts) {
  const { stub, url } = await serve({ facts, expects: works.length });
  return bareRate('mixed-bare', { stub, url, count: works.length, message: { works } });
}

async function bareTransfers(count) {
  const { stub, url } = await serve({ expects: count });
  const ids = Array.from({ length: count }, () => randomHex(12));
  return bareRate('bare-loop', { stub, url, count, message: { ids, questions: [], client: 'agent' } });
}

async function bareRate(name, { stub, url, count, message }) {
  const loop = start(name);
  const done = loop.heard('done');
  const drained = stub.heard('drained');
  loop.ask({ url, concurrency: CONCURRENCY, ...message });
  const { seconds } = await drained;
  await done;
  stub.stop();
  return count / seconds;
}

function ratioRow(what, rate, bare, goal) {
  const ratio = rate / bare;
  return {
    what,
    figure: `${Math.round(rate)}/s`,
    limit: `bare loop ${Math.round(bare)}/s`,
    ratio,
    goal: `>= ${goal}`,
    met: ratio >= goal,
  };
}

/** Memory of the processes, and processor time of the front, without its start. */
function costRows({ arrivals, told: { peak, cpu } }) {
  const each = cpu.front / arrivals.length;
  return [
    { what: 'front, peak RSS', figure: `${Math.round(peak.front)} MB`, goal: '< 200 MB', met: peak.front < 200 },
    { what: 'signer, peak RSS', figure: `${Math.round(peak.signer)} MB`, goal: '< 150 MB', met: peak.signer < 150 },
    { what: 'front, processor time', figure: `${each.toFixed(2)} ms each` },
  ];
}

/** Chains in the order in which their last transaction was broadcast. */
function endsOfChains(arrivals) {
  const ends = new Map(arrivals.map(({ chain, at }) => [chain, at]));
  return [...ends].map(([chain, at]) => ({ chain, at })).sort((one, other) => one.at - other.at);
}

function pauseRow(arrivals) {
  const pauses = arrivals.slice(1).map(({ at }, before) => at - arrivals[before].at);
  return { what: 'the longest time without a broadcast', figure: `${Math.max(...pauses).toFixed(0)} ms` };
}

/** A store with these wallets. */
function importedStore(wallets) {
  const home = temporaryHome();
  custos(home, ['wallet', 'import'], wallets.join('\n'));
  return home;
}

/** Everything of every chain is permitted, and two limits count every transaction, one of them for each wallet. */
function publishPolicy(home) {
  const draft = JSON.parse(custos(home, ['policy', 'draft']));
  const policy = {
    ...draft,
    permits: [{ id: 'pay', asset: Object.keys(draft.assets), to: 'any', max: 'any' }],
    limits: [
      { id: 'daily', count: 1_000_000, rolling: '24h' },
      { id: 'pace', per: 'wallet', count: 1000, rolling: '1h' },
    ],
  };
  const file = join(home, 'policy.json');
  writeFileSync(file, JSON.stringify(policy));
  custos(home, ['policy', 'publish', file]);
}

function custos(home, args, input) {
  const program = fileURLToPath(new URL('../bin/custos.js', import.meta.url));
  const env = { HOME: home, PATH: process.env.PATH, CUSTOS_PASSWORD: 'bench password' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    env,
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
