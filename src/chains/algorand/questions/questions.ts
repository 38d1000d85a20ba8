import { type Questions, Relayed, relayed } from '../../../core/chain/questions.js';
import { formatUnits } from '../../../core/chain/units.js';
import { CustosError } from '../../../core/errors.js';
import { isCount, isObject } from '../../../core/json.js';
import { unlessRefused } from '../../shared/refusal.js';
import { readAddress } from '../address.js';

const DECIMALS = 6;

/** Questions about Algorand. Transactions of before the newest rounds are in an indexer, which may stand behind the same URL. */
export const algorandQuestions: Questions = {
  operations: {
    'GET account/balance/:': async ({ parts: [address = ''] }, { node }) => {
      readAddress(address);
      const account = await node.http({ path: `/v2/accounts/${address}` });
      const amount = isObject(account) ? account['amount'] : undefined;
      if (isCount(amount)) return { balance: Number(formatUnits(BigInt(amount), DECIMALS)) };
      throw new CustosError('NODE_ANSWER_INVALID', 'the ALGO node names no balance');
    },
    'GET block/current': async (_asked, { node }) => {
      const status = await node.http({ path: '/v2/status' });
      const round = isObject(status) ? status['last-round'] : undefined;
      if (isCount(round)) return round;
      throw new CustosError('NODE_ANSWER_INVALID', 'the ALGO node names no round');
    },
    'GET block/:': relayed(([round]) => `/v2/blocks/${round}`),
    'GET transaction/:': async ({ parts: [txId] }, { node }) => {
      const waiting = `/v2/transactions/pending/${txId}`;
      const known = await unlessRefused(() => node.http({ path: waiting }));
      return new Relayed({ path: known === undefined ? `/v2/transactions/${txId}` : waiting });
    },
    'GET transactions/:/:': async ({ parts: [from, to], query }) => {
      const [limit, next] = [query('limit'), query('next')];
      const times = `after-time=${encodeURIComponent(from ?? '')}&before-time=${encodeURIComponent(to ?? '')}`;
      const page = `${limit === undefined ? '' : `&limit=${limit}`}${next === undefined ? '' : `&next=${next}`}`;
      return new Relayed({ path: `/v2/transactions?${times}${page}` });
    },
  },
};
