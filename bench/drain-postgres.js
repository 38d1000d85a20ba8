// Like drain.js, but on PostgreSQL: against the bare loop, and what a second daemon adds. The benchmark starts a real server.
import { availableParallelism } from 'node:os';
import {
  bareRate,
  drain,
  makeStore,
  readyTransactions,
  stepRows,
  TRANSACTIONS,
  WALLETS,
  wholeProcessorRow,
} from './draining.js';
import { startServer, urlOf } from './postgres.js';
import { report } from './support.js';

const server = await startServer();
try {
  const bare = await bareRate(TRANSACTIONS);
  const one = await drained(1);
  const two = await drained(2);
  report('drain-postgres', [
    {
      what: `${TRANSACTIONS} ready transactions, ${WALLETS} wallets, PostgreSQL, one daemon`,
      figure: `${Math.round(one.rate)}/s`,
      limit: `bare loop ${Math.round(bare)}/s`,
      ratio: one.rate / bare,
      goal: '>= 0.2',
      met: one.rate / bare >= 0.2,
    },
    {
      what: 'two daemons / one',
      figure: `${Math.round(two.rate)}/s`,
      limit: `one daemon ${Math.round(one.rate)}/s`,
      ratio: two.rate / one.rate,
      goal: '>= 1.6',
      met: two.rate / one.rate >= 1.6,
    },
    ...coresRow(one),
    ...wholeProcessorRow('one daemon', one),
    ...wholeProcessorRow('two daemons', two),
    ...stepRows(one),
  ]);
} finally {
  await server.stop();
}
process.exit(0);

/** What keeps two daemons from more: the work of one, server and stub included, already takes so much of the processors. */
function coresRow({ rate, cpu }) {
  if (cpu === undefined) return [];
  const busy = (rate * cpu) / 1000;
  const cores = availableParallelism();
  return [
    {
      what: 'the same, if a second daemon took no more work than the first',
      figure: `${busy.toFixed(2)} of ${cores} cores are busy with one`,
      ratio: cores / busy,
    },
  ];
}

/** One drain of a fresh database. */
async function drained(daemons) {
  const database = `bench_${daemons}`;
  await server.createDatabase(database);
  const store = urlOf(server, database);
  const { home, ids } = makeStore(WALLETS, store);
  return drain({ home, pending: readyTransactions(ids), daemons, flags: { store } });
}
