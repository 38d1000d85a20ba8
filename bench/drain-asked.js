// Like drain.js, but gas price, gas and nonce must be asked, as the bare loop does too.
import {
  bareRate,
  drain,
  drainRow,
  makeStore,
  QUESTIONS,
  readyTransactions,
  stepRows,
  TRANSACTIONS,
  WALLETS,
} from './draining.js';
import { report } from './support.js';

const { home, ids } = makeStore(WALLETS);
const fields = { nonce: undefined, gas: undefined, gasPrice: undefined };
const before = await bareRate(TRANSACTIONS, { questions: QUESTIONS });
const drained = await drain({ home, pending: readyTransactions(ids, fields) });
const bare = (before + (await bareRate(TRANSACTIONS, { questions: QUESTIONS }))) / 2;
report('drain-asked', [
  drainRow(`${TRANSACTIONS} transactions, price, gas and nonce asked, SQLite`, drained, bare),
  ...stepRows(drained),
]);
process.exit(0);
