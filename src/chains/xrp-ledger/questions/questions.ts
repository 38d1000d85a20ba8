import type { NodeClient } from '../../../core/chain/node.js';
import type { Question, Questions } from '../../../core/chain/questions.js';
import { CustosError } from '../../../core/errors.js';
import { isObject, type JsonObject } from '../../../core/json.js';
import { readAddress } from '../address.js';

/** What rippled answers of a thing that is not there. */
const absences: readonly unknown[] = ['actNotFound', 'txnNotFound', 'lgrNotFound', 'entryNotFound'];

/** Questions about the XRP Ledger, in the words of its nodes. */
export const xrpQuestions: Questions = {
  operations: {
    'GET info': (_asked, { node }) => ask(node, 'ledger_closed', {}),
    'GET fee': (_asked, { node }) => ask(node, 'fee', {}),
    'GET ledger/:': ({ parts: [index = ''] }, { node }) => {
      if (!/^\d{1,10}$/.test(index)) throw new CustosError('REQUEST_INVALID', 'the index of a ledger is a number');
      return ask(node, 'ledger', { ledger_index: Number(index), transactions: true, expand: true });
    },
    'GET transaction/:': ({ parts: [hash = ''] }, { node }) => {
      if (!/^[0-9a-fA-F]{64}$/.test(hash)) throw new CustosError('REQUEST_INVALID', 'a hash has 64 hexadecimal digits');
      return ask(node, 'tx', { transaction: hash.toUpperCase() });
    },
    'GET account/:': ({ parts: [account = ''] }, { node, network }) =>
      ask(node, 'account_info', { account: readAddress(account, network).address, ledger_index: 'current' }),
    'GET account/:/balance': balanceOf,
    'GET account/tx/:': ({ parts: [account = ''], query }, { node, network }) => {
      const least = query('min');
      const marker = markerIn(query('marker'));
      return ask(node, 'account_tx', {
        account: readAddress(account, network).address,
        ...(least !== undefined && /^\d{1,10}$/.test(least) && { ledger_index_min: Number(least) }),
        ...(marker && { marker }),
      });
    },
  },
};

/** Drops, and what the account holds of issued currencies. */
async function balanceOf(
  { parts: [text = ''] }: Parameters<Question>[0],
  { node, network }: Parameters<Question>[1],
): Promise<unknown> {
  const account = readAddress(text, network).address;
  const info = await ask(node, 'account_info', { account, ledger_index: 'current' });
  const data = info?.['account_data'];
  const balance = isObject(data) ? data['Balance'] : undefined;
  if (info === undefined) return undefined;
  if (typeof balance !== 'string') throw new CustosError('NODE_ANSWER_INVALID', 'the XRP node names no balance');
  const lines = (await ask(node, 'account_lines', { account, ledger_index: 'current' }))?.['lines'];
  const held: readonly unknown[] = Array.isArray(lines) ? lines : [];
  return {
    balance,
    assets: held.filter(isObject).map(({ balance: amount, currency, account: issuer }) => ({
      ...{ balance: amount, currency, issuer },
    })),
  };
}

async function ask(node: NodeClient, method: string, params: JsonObject): Promise<JsonObject | undefined> {
  const result = await node.rpc(method, [params]);
  if (!isObject(result)) throw new CustosError('NODE_ANSWER_INVALID', `the XRP node did not answer ${method}`);
  const { error } = result;
  if (absences.includes(error)) return undefined;
  if (error === undefined) return result;
  const why = typeof error === 'string' ? error.slice(0, 100) : 'it gives no reason';
  throw new CustosError('NODE_REFUSED', `the XRP node refused ${method}: ${why}`);
}

/** A place in a list, as the API writes it: ledger and number with a point or colon between. */
function markerIn(text: string | undefined): JsonObject | undefined {
  const [, ledger, seq] = /^(\d{1,10})[.:_-](\d{1,10})$/.exec(text ?? '') ?? [];
  return ledger === undefined ? undefined : { ledger: Number(ledger), seq: Number(seq) };
}
