// Like drain.js, but on PostgreSQL: what a second daemon adds. The benchmark starts a real server.
import { drain, makeStore, readyTransactions, stepRows, TRANSACTIONS, WALLETS, wholeProcessorRow } from './draining.js';
import { startServer, urlOf } from './postgres.js';
import { report } from './support.js';

const server = await startServer();
try {
  const one = await drained(1);
  const two = await drained(2);
  report('drain-postgres', [
    {
      what: `${TRANSACTIONS} ready transactions, ${WALLETS} wallets, PostgreSQL: two daemons / one`,
      figure: `${Math.round(two.rate)}/s`,
      limit: `one daemon ${Math.round(one.rate)}/s`,
      ratio: two.rate / one.rate,
      goal: '>= 1.6',
      met: two.rate / one.rate >= 1.6,
    },
    ...wholeProcessorRow('one daemon', one),
    ...wholeProcessorRow('two daemons', two),
    ...stepRows(one),
  ]);
} finally {
  await server.stop();
}
process.exit(0);

/** One drain of a fresh database. */
async function drained(daemons) {
  const database = `bench_${daemons}`;
  await server.createDatabase(database);
  const store = urlOf(server, database);
  const { home, ids } = makeStore(WALLETS, store);
  return drain({ home, pending: readyTransactions(ids), daemons, flags: { store } });
}
