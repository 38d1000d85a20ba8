// How fast a daemon drains ready ETH transactions of 25,000 wallets, as a ratio to a bare loop that signs and posts: 5,000 by a daemon
// that was just started, and four times as many, so that what V8 does with fresh code weighs less.
import {
  bareRate,
  drain,
  drainRow,
  makeStore,
  processorRows,
  promisesRate,
  readyTransactions,
  stepRows,
  TRANSACTIONS,
  WALLETS,
  wholeProcessorRow,
} from './draining.js';
import { report } from './support.js';

const LONG = 4 * TRANSACTIONS;

const { home, ids } = makeStore(WALLETS);
const other = makeStore(WALLETS);
const before = await bareRate(TRANSACTIONS);
const pending = readyTransactions(ids);
const drained = await drain({ home, pending });
// Measured before and after, because the speed of a machine changes meanwhile.
const bare = (before + (await bareRate(TRANSACTIONS))) / 2;
const long = await drain({ home: other.home, pending: readyTransactions(other.ids, {}, LONG) });
const bareLong = await bareRate(LONG);
const promises = await promisesRate(pending);
const byFetch = await bareRate(TRANSACTIONS, { client: 'fetch' });
report('drain', [
  drainRow(`${TRANSACTIONS} ready transactions, ${WALLETS} wallets, SQLite`, drained, bare),
  {
    what: 'a loop with the same promises and nothing else',
    figure: `${Math.round(promises.rate)}/s, ${promises.cpu.toFixed(2)} ms each`,
    ratio: promises.rate / bare,
  },
  { what: 'the bare loop with fetch', figure: `${Math.round(byFetch)}/s`, ratio: byFetch / bare },
  drainRow(`${LONG} ready transactions`, long, bareLong),
  ...processorRows(long, ', the longer drain'),
  ...wholeProcessorRow('the longer drain', long),
  ...wholeProcessorRow('drain', drained),
  ...stepRows(drained),
]);
process.exit(0);
