import { type Question, type Questions, Relayed } from '../../../core/chain/questions.js';
import { formatUnits } from '../../../core/chain/units.js';
import { CustosError } from '../../../core/errors.js';
import { isObject } from '../../../core/json.js';
import { readAddress } from '../../shared/keccak-address.js';
import { readBlock } from '../block.js';

const DECIMALS = 18;

/** Questions about VeChain, in the words of its nodes. */
export const vechainQuestions: Questions = {
  operations: {
    'GET account/balance/:': holding('balance'),
    'GET account/energy/:': holding('energy'),
    'GET block/current': async (_asked, { node }) => readBlock(await node.http({ path: '/blocks/best' })).number,
    'GET block/:': named((block) => `/blocks/${block}`),
    'GET transaction/:': named((hash) => `/transactions/${hash}`),
    'GET transaction/:/receipt': named((hash) => `/transactions/${hash}/receipt`),
  },
};

/** What an account has, in whole coins. */
function holding(name: 'balance' | 'energy'): Question {
  return async ({ parts: [address = ''] }, { node }) => {
    readAddress(address, {});
    const account = await node.http({ path: `/accounts/${address}` });
    const units = isObject(account) ? account[name] : undefined;
    if (typeof units === 'string' && /^0x[0-9a-f]{1,64}$/.test(units)) {
      return { [name]: formatUnits(BigInt(units), DECIMALS) };
    }
    throw new CustosError('NODE_ANSWER_INVALID', `the VET node names no ${name}`);
  };
}

/** Nodes answer null for a thing that is not there. */
function named(path: (name: string) => string): Question {
  return async ({ parts: [name = ''] }, { node }) => {
    const place = path(name.toLowerCase());
    const found = await node.http({ path: place });
    return found === null ? undefined : new Relayed({ path: place });
  };
}
