// How long signatures go on after somebody froze: from the moment at which the freeze is durable to the last signature that any
// daemon recorded afterwards. One store drains a backlog; it is frozen and let go on again and again.
import { readConfig } from '../dist/app/config/config.js';
import { endFreeze } from '../dist/app/freezes/end.js';
import { freezeMacs } from '../dist/app/freezes/macs.js';
import { makeFreeze } from '../dist/app/freezes/make.js';
import { createHouse } from '../dist/app/house.js';
import { openDatabase } from '../dist/storage/open-database.js';
import { makeStore, readyTransactions, start } from './draining.js';
import { startServer, urlOf } from './postgres.js';
import { report } from './support.js';

const RUNS = Number(process.env.BENCH_RUNS ?? 100);
const WALLETS = 2_000;
/** Milliseconds for which a freeze is watched: a signature after the promised second must be seen. */
const WATCHED = 1_500;

const rows = [...(await measured('SQLite, one daemon', 1)), ...(await onPostgres())];
report('freeze', rows);
process.exit(0);

async function onPostgres() {
  const server = await startServer();
  try {
    await server.createDatabase('bench');
    return await measured('PostgreSQL, two daemons', 2, urlOf(server, 'bench'));
  } finally {
    await server.stop();
  }
}

async function measured(what, daemons, store) {
  const { home, ids } = makeStore(WALLETS, ...(store === undefined ? [] : [store]));
  const flags = { period: '0.2', idlePeriod: '0.2', concurrency: '64', ...(store && { store }) };
  const stub = start('stub-cloud');
  const serving = stub.heard('serving');
  const pending = readyTransactions(ids);
  stub.ask({ kind: 'serve', pending, pollers: daemons });
  const { url } = await serving;
  const running = Array.from({ length: daemons }, () => start('daemon-process'));
  const ready = running.map((daemon) => daemon.heard('ready'));
  for (const daemon of running) daemon.ask({ home, audit: true, flags: { cloudUrl: url, ...flags } });
  await Promise.all(ready);
  const person = await personAt(home, flags);
  const times = [];
  while (times.length < RUNS) {
    const before = await person.signed();
    await until(async () => (await person.signed()) >= before + 20 || (await person.isDrained(pending.length)));
    if (await person.isDrained(pending.length)) break;
    times.push(await once(person));
  }
  for (const daemon of running) daemon.stop();
  stub.stop();
  await person.close();
  return rowsOf(what, times);
}

/** Freezes, waits, lets it go on. @returns milliseconds from the durable freeze to the last signature that was recorded after it */
async function once({ freeze, lastSignature, unfreeze }) {
  const { id, at } = await freeze();
  await wait(WATCHED);
  const last = await lastSignature();
  await unfreeze(id);
  return Math.max(0, last - at);
}

/** Whoever has the password, with everything open: what a person types is not measured. */
async function personAt(home, flags) {
  const secrets = { CUSTOS_PASSWORD: 'bench password' };
  const house = createHouse(readConfig({ testnet: true, logLevel: 'silent', ...flags }, secrets, home), {
    interactive: false,
    note() {},
  });
  const { storeId, freezes } = await house.store();
  const macs = freezeMacs(await house.rootKey(), storeId);
  const database = await openDatabase(house.location());
  const events = (select) =>
    database.read((db) => select(db.selectFrom('transaction_events').where('event', '=', 'signed')).executeTakeFirst());
  const signed = async () =>
    Number((await events((query) => query.select(({ fn }) => fn.countAll().as('count')))).count);
  return {
    signed,
    isDrained: async (count) => (await signed()) >= count,
    lastSignature: async () => Number((await events((query) => query.select(({ fn }) => fn.max('at').as('at')))).at),
    async freeze() {
      const made = makeFreeze({ storeId, scope: { kind: 'all' }, reason: 'bench', now: Date.now() }, macs);
      await freezes.add(made);
      return { id: made.id, at: Date.now() };
    },
    unfreeze: (id) =>
      endFreeze(
        { freezes, journal: store.journal, storeId, constitution: undefined, ...macs },
        { id, signatures: [], now: Date.now() },
      ),
    async close() {
      await database.close();
      await house.close();
    },
  };
}

function rowsOf(what, times) {
  const sorted = [...times].sort((one, other) => one - other);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  const p99 = at(0.99);
  return [
    {
      what: `${what}: freeze to the last signature, ${times.length} freezes, 99th percentile`,
      figure: `${p99} ms`,
      limit: `median ${at(0.5)} ms`,
      goal: '<= 1000 ms',
      met: p99 <= 1000,
    },
  ];
}

async function until(isSo) {
  while (!(await isSo())) await wait(10);
}

function wait(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
