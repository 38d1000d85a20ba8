import type { ChainNode, NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { isObject, type JsonObject, objectOf as objectIn } from '../../core/json.js';
import { readObject } from '../shared/fields.js';
import { countIn, includedAt } from '../shared/finality.js';
import { readTransaction } from './format.js';

/** Milliseconds after a transaction's expiry, when no fork can bring it back: more than 19 blocks. */
const MARGIN = 90_000n;
/** Milliseconds before its end in which a transaction may be taken at the most (java-tron's MAXIMUM_TIME_UNTIL_EXPIRATION). */
const LIFE = 86_400_000n;
/** Milliseconds between two blocks at the least. */
const BLOCK_TIME = 3_000n;
/** Blocks that are looked through for any transaction. */
const SAMPLE = 10;

/** Asks nodes that speak java-tron's HTTP interface. */
export const tronNode: ChainNode = {
  async complete(pending) {
    // Whoever made it set block reference, expiry and fee limit. The id is their hash, so nothing may change.
    return pending.serialized;
  },
  async broadcast({ raw, txId }, node) {
    const answer = objectOf(await node.http({ path: '/wallet/broadcasttransaction', body: readObject(raw) }));
    if (answer['result'] === true) return txId;
    const { code: found } = answer;
    const code = typeof found === 'string' ? found.slice(0, 60) : 'no result';
    if (code === 'DUP_TRANSACTION_ERROR') return txId;
    const isBusy = ['SERVER_BUSY', 'NO_CONNECTION', 'NOT_ENOUGH_EFFECTIVE_CONNECTION', 'BLOCK_UNSOLIDIFIED'].includes(
      code,
    );
    throw new CustosError(isBusy ? 'NODE_UNREACHABLE' : 'BROADCAST_REFUSED', `the TRON node refused it: ${code}`);
  },
  async fate({ txId, completed }, node) {
    // Asked first: a node that is catching up may get the transaction with the next block that it takes.
    const now = await blockNow(node);
    if (await isFound(txId, node)) return 'known';
    const { expiration } = readTransaction(completed);
    if (now.time <= expiration + MARGIN) return 'open';
    return (await remembers(expiration - LIFE - MARGIN, now, node)) ? 'dead' : 'open';
  },
  async inclusion({ txId }, node) {
    const now = await blockNow(node);
    const info = objectOf(await node.http({ path: '/wallet/gettransactioninfobyid', body: { value: txId } }));
    // An empty object: it is in no block that the chain keeps.
    if (info['id'] === undefined) return { kind: (await isFound(txId, node)) ? 'waiting' : 'absent' };
    if (info['id'] !== txId)
      throw new CustosError('NODE_ANSWER_INVALID', 'the TRON node answered with another transaction');
    const number = countIn(info['blockNumber'], 'block number');
    return includedAt({ block: `${number}`, number, reverted: info['result'] === 'FAILED' }, now.number);
  },
};

async function isFound(txId: string, node: NodeClient): Promise<boolean> {
  return objectOf(await node.http({ path: '/wallet/gettransactionbyid', body: { value: txId } }))['txID'] === txId;
}

/**
 * True if the node finds a transaction of that time. A lite node begins in the middle of the chain and denies everything
 * before.
 */
async function remembers(time: bigint, now: { time: bigint; number: number }, node: NodeClient): Promise<boolean> {
  const blocks = (now.time - time) / BLOCK_TIME + 1n;
  // Blocks may be missing, never come sooner: this one is not younger than the time. A younger chain begins with its first.
  const last = Math.max(now.number - Number(blocks), SAMPLE);
  for (let number = last; number > last - SAMPLE; number -= 1) {
    const { transactions } = objectOf(await node.http({ path: '/wallet/getblockbynum', body: { num: number } }));
    const [first]: readonly unknown[] = Array.isArray(transactions) ? transactions : [];
    const txId = isObject(first) ? first['txID'] : undefined;
    if (typeof txId === 'string') return isFound(txId, node);
  }
  return false;
}

async function blockNow(node: NodeClient): Promise<{ time: bigint; number: number }> {
  const block = objectOf(await node.http({ path: '/wallet/getnowblock' }));
  const header = isObject(block['block_header']) ? block['block_header']['raw_data'] : undefined;
  const { timestamp: time, number = 0 } = isObject(header) ? header : {};
  if (typeof time === 'number' && Number.isSafeInteger(time)) {
    return { time: BigInt(time), number: countIn(number, 'block number') };
  }
  throw new CustosError('NODE_ANSWER_INVALID', 'the TRON node did not answer with a block');
}

function objectOf(answer: unknown): JsonObject {
  return objectIn(answer, () => new CustosError('NODE_ANSWER_INVALID', 'the TRON node did not answer with an object'));
}
