import type { Question, Questions } from '../../../core/chain/questions.js';
import { CustosError } from '../../../core/errors.js';
import { isCount, isObject } from '../../../core/json.js';
import { unlessRefused } from '../../shared/refusal.js';
import { readAddress } from '../address.js';
import { askNode, identifier } from '../node.js';

/** Questions about Cardano, asked by Rosetta. */
export const cardanoQuestions: Questions = {
  operations: {
    'GET info': async (_asked, { node, network }) => {
      const status = await askNode(node, '/network/status', { network_identifier: identifier(network) });
      const head = status['current_block_identifier'];
      const { index, hash } = isObject(head) ? head : {};
      return { testnet: network === 'testnet', tip: { number: index, hash } };
    },
    'GET block/:': async ({ parts: [name = ''] }, { node, network }) => {
      const place = /^\d{1,10}$/.test(name) ? { index: Number(name) } : { hash: name };
      const body = { network_identifier: identifier(network), block_identifier: place };
      const answer = await unlessRefused(() => askNode(node, '/block', body));
      return answer?.['block'] ?? undefined;
    },
    'GET transaction/:': async ({ parts: [hash = ''] }, { node, network }) => {
      const where = { network_identifier: identifier(network) };
      const { transactions } = await askNode(node, '/search/transactions', {
        ...where,
        transaction_identifier: { hash },
      });
      if (!Array.isArray(transactions)) throw new CustosError('NODE_ANSWER_INVALID', 'the ADA node did not search');
      const [found]: readonly unknown[] = transactions;
      if (!isObject(found) || !isObject(found['transaction'])) return undefined;
      return { ...found['transaction'], block: found['block_identifier'] };
    },
    'GET account/:': async ({ parts: [address = ''] }, { node, network }) => {
      readAddress(address, network);
      const body = { network_identifier: identifier(network), account_identifier: { address } };
      const { balances } = await askNode(node, '/account/balance', body);
      if (Array.isArray(balances)) return balances;
      throw new CustosError('NODE_ANSWER_INVALID', 'the ADA node names no balances');
    },
    'GET :/utxos': outputsOf,
  },
};

async function outputsOf(
  ...[
    {
      parts: [address = ''],
    },
    { node, network },
  ]: Parameters<Question>
): Promise<unknown> {
  readAddress(address, network);
  const body = { network_identifier: identifier(network), account_identifier: { address } };
  const { coins } = await askNode(node, '/account/coins', body);
  const list: readonly unknown[] = Array.isArray(coins) ? coins : [];
  return list.filter(isObject).map(({ coin_identifier: place, amount }) => {
    const name = isObject(place) ? place['identifier'] : undefined;
    const value = isObject(amount) ? amount['value'] : undefined;
    const [, txHash, index] = /^([0-9a-f]{64}):(\d{1,5})$/.exec(typeof name === 'string' ? name : '') ?? [];
    if (txHash === undefined || !isCount(Number(index)) || typeof value !== 'string') {
      throw new CustosError('NODE_ANSWER_INVALID', 'the ADA node lists an output without its place or amount');
    }
    return { txHash, index: Number(index), value, address };
  });
}
