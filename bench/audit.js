// What the audit log costs: a drain with it as a ratio to the same drain without it, one append, and the check of an export.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportLog } from '../dist/app/audit/log.js';
import { linesOf, verifyExport } from '../dist/app/audit/verify.js';
import { readConfig } from '../dist/app/config/config.js';
import { createHouse } from '../dist/app/house.js';
import { initStore } from '../dist/app/store/passwords.js';
import { drain, makeStore, readyTransactions, TRANSACTIONS } from './draining.js';
import { report } from './support.js';

const EVENTS = 60_000;
const BATCH = 1_000;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const WALLETS = Math.ceil(TRANSACTIONS / 2);

/** Microseconds of this process's own time for each event, added one by one by a thousand at once. */
async function append(audit) {
  const start = process.cpuUsage();
  for (let done = 0; done < EVENTS; done += BATCH) {
    await Promise.all(Array.from({ length: BATCH }, (_, at) => audit.add([exported(done + at)])));
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / EVENTS;
}

const exported = (place) => ({ code: 'wallet.exported', detail: { wallets: [`wallet-${place}`] } });

/** @returns events a second of this process's own time */
async function verify(file, key) {
  const start = process.cpuUsage();
  const { events } = await verifyExport(linesOf(file), key);
  const { user, system } = process.cpuUsage(start);
  return (events * 1e6) / (user + system);
}

async function offline() {
  const home = mkdtempSync(join(tmpdir(), 'custos-bench-'));
  const config = readConfig({ testnet: true, logLevel: 'silent' }, { CUSTOS_PASSWORD: 'bench password' }, home);
  const house = createHouse(config, { interactive: false, note() {} });
  try {
    (await initStore(house.location, house.passwords)).wipe();
    const [store, rootKey] = [await house.store(), await house.rootKey()];
    const cost = await append(store.audit);
    const file = join(home, 'export.jsonl');
    const { key } = await exportLog({ store, rootKey, clock: house.clock }, { file, format: 'jsonl' });
    return { cost, rate: await verify(file, key) };
  } finally {
    await house.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** One drain of a store of its own. */
async function drained(audit) {
  const { home, ids } = makeStore(WALLETS);
  return drain({ home, pending: readyTransactions(ids), audit });
}

const rounds = [];
for (let round = 0; round < ROUNDS; round++) {
  // Both in one round, in turns: the speed of a machine changes meanwhile.
  const order = round % 2 === 0 ? [false, true] : [true, false];
  const found = {};
  for (const audit of order) found[audit] = (await drained(audit)).rate;
  rounds.push({ with: found[true], without: found[false], ratio: found[true] / found[false] });
}
rounds.sort((one, other) => one.ratio - other.ratio);
const middle = rounds[Math.floor(ROUNDS / 2)];
const { cost, rate } = await offline();
report('audit', [
  {
    what: `${TRANSACTIONS} ready transactions, SQLite: with the audit log / without, median of ${ROUNDS}`,
    figure: `${Math.round(middle.with)}/s`,
    limit: `without ${Math.round(middle.without)}/s`,
    ratio: middle.ratio,
    goal: '>= 0.95',
    met: middle.ratio >= 0.95,
  },
  { what: 'one append, own time', figure: `${cost.toFixed(1)} µs`, goal: '<= 100 µs', met: cost <= 100 },
  { what: 'check of an export', figure: `${Math.round(rate)}/s`, goal: '>= 30,000/s', met: rate >= 30_000 },
]);
process.exit(0);
