import type { Questions } from '../../../core/chain/questions.js';
import { formatUnits } from '../../../core/chain/units.js';
import { CustosError } from '../../../core/errors.js';
import { isCount, isObject } from '../../../core/json.js';
import { readAddress } from '../address.js';

const DECIMALS = 9;
/** Newer transactions have a version; a node without this leaves them out with an error. */
const versions = { maxSupportedTransactionVersion: 0 };

/** Questions about Solana, in the words of its nodes. */
export const solanaQuestions: Questions = {
  operations: {
    'GET account/balance/:': async ({ parts: [address = ''] }, { node }) => {
      readAddress(address);
      const answer = await node.rpc('getBalance', [address]);
      const lamports = isObject(answer) ? answer['value'] : undefined;
      if (isCount(lamports)) return { balance: formatUnits(BigInt(lamports), DECIMALS) };
      throw new CustosError('NODE_ANSWER_INVALID', 'the SOL node names no balance');
    },
    'GET block/current': (_asked, { node }) => node.rpc('getSlot', []),
    'GET block/:': async ({ parts: [slot = ''] }, { node }) => {
      if (!/^\d{1,12}$/.test(slot)) throw new CustosError('REQUEST_INVALID', 'a block is named by its slot');
      return (await node.rpc('getBlock', [Number(slot), { ...versions, rewards: false }])) ?? undefined;
    },
    'GET transaction/:': async ({ parts: [signature = ''] }, { node }) =>
      (await node.rpc('getTransaction', [signature, versions])) ?? undefined,
  },
  tokenBalance: async ({ parts: [mint = '', owner = ''] }, { node }) => {
    readAddress(mint);
    readAddress(owner);
    const answer = await node.rpc('getTokenAccountsByOwner', [owner, { mint }, { encoding: 'jsonParsed' }]);
    const list: unknown = isObject(answer) ? answer['value'] : undefined;
    if (!Array.isArray(list)) throw new CustosError('NODE_ANSWER_INVALID', 'the SOL node lists no accounts');
    return { balance: list.reduce((total: bigint, one: unknown) => total + amountIn(one), 0n).toString() };
  },
};

/** Units in one token account, as a node writes it in JSON. */
function amountIn(value: unknown): bigint {
  let found: unknown = value;
  for (const name of ['account', 'data', 'parsed', 'info', 'tokenAmount', 'amount']) {
    found = isObject(found) ? found[name] : undefined;
  }
  if (typeof found === 'string' && /^\d{1,20}$/.test(found)) return BigInt(found);
  throw new CustosError('NODE_ANSWER_INVALID', 'the SOL node names no amount of a token');
}
