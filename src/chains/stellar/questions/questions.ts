import { type Question, type Questions, Relayed, relayed } from '../../../core/chain/questions.js';
import { CustosError } from '../../../core/errors.js';
import { isObject } from '../../../core/json.js';

/** Entries of a list that are asked for at once. */
const A_PAGE = 50;

/** Questions about Stellar, in the words of Horizon. */
export const stellarQuestions: Questions = {
  operations: {
    'GET account/:': relayed(([account]) => `/accounts/${account}`),
    'GET account/tx/:': async ({ parts: [account], query }) => {
      const cursor = query('pagination');
      const page = `limit=${A_PAGE}&order=desc${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      return new Relayed({ path: `/accounts/${account}/transactions?${page}` });
    },
    'GET transaction/:': relayed(([hash]) => `/transactions/${hash}`),
    'GET ledger/:': relayed(([sequence]) => `/ledgers/${sequence}`),
    'GET ledger/:/transaction': relayed(([sequence]) => `/ledgers/${sequence}/transactions?limit=${A_PAGE}`),
    'GET info': newestLedger,
    'GET fee': async (_asked, { node }) => {
      const stats = await node.http({ path: '/fee_stats' });
      const fee = isObject(stats) ? stats['last_ledger_base_fee'] : undefined;
      if (typeof fee === 'string' && /^\d{1,12}$/.test(fee)) return Number(fee);
      throw new CustosError('NODE_ANSWER_INVALID', 'the XLM node names no base fee');
    },
  },
};

async function newestLedger(...[, { node }]: Parameters<Question>): Promise<unknown> {
  const answer = await node.http({ path: '/ledgers?order=desc&limit=1' });
  const embedded = isObject(answer) ? answer['_embedded'] : undefined;
  const records = isObject(embedded) ? embedded['records'] : undefined;
  if (Array.isArray(records)) return records[0];
  throw new CustosError('NODE_ANSWER_INVALID', 'the XLM node lists no ledgers');
}
