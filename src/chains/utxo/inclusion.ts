import { hex } from '@scure/base';
import type { SignedTransaction } from '../../core/chain/codec.js';
import type { Fate, Inclusion, NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { type Fields, isObject } from '../shared/fields.js';
import { blockNameIn, countIn } from '../shared/finality.js';
import { unreadable } from './coins.js';
import { readOutpoints } from './format.js';

/** Words of a node that looks up transactions in its pool only. */
export const saysNoIndex = /-txindex/;
/** An input is not there: spent by another transaction, or by this one when it is in a block already. */
const isInputGone = /missing-?inputs|missing inputs|inputs-missingorspent|inputs-spent/i;
/**
 * Refused for what passes: another transaction in the pool spends an input, the pool is full and asks more, too many
 * unconfirmed ones hang together, or a lock time or the age of a block reward is not reached.
 */
const isPassing =
  /txn-mempool-conflict|rejecting replacement|insufficient fee|replacement|mempool (is )?full|mempool min fee|too-long-mempool-chain|unconfirmed|non-?final|non-BIP68|premature-spend/i;

/**
 * Where the chain has a transaction (bitcoind and its kin). A node without an index of transactions (`txindex`) answers by its
 * unspent outputs.
 * @throws CustosError NODE_REFUSED: without the index there is no answer if input and outputs are spent; NODE_*
 */
export async function utxoInclusion(signed: SignedTransaction, node: NodeClient): Promise<Inclusion> {
  const place = await lookUp(signed, node);
  if (place !== 'untold') return place;
  const text = `the node has no index of transactions (txindex), so it cannot tell where ${signed.txId} is`;
  throw new CustosError('NODE_REFUSED', text);
}

/** Whether the node knows signed bytes. @throws CustosError NODE_* */
export async function utxoFate(signed: SignedTransaction, node: NodeClient): Promise<Fate> {
  const place = await lookUp(signed, node);
  return place === 'untold' || place.kind === 'absent' ? 'open' : 'known';
}

/** What the words of a node mean that does not know the bytes. @throws CustosError NODE_* */
export async function utxoRefusal(
  signed: SignedTransaction,
  words: string,
  node: NodeClient,
): Promise<'later' | 'final'> {
  if (isPassing.test(words)) return 'later';
  // Without the index these very bytes may have spent the input, in a block that the node does not find again.
  return isInputGone.test(words) && (await lookUp(signed, node)) === 'untold' ? 'later' : 'final';
}

async function lookUp(signed: SignedTransaction, node: NodeClient): Promise<Inclusion | 'untold'> {
  const { txId } = signed;
  try {
    return readFound(await node.rpc('getrawtransaction', [txId, true]), txId);
  } catch (error) {
    if (!(error instanceof CustosError) || error.code !== 'NODE_REFUSED') throw error;
    return saysNoIndex.test(error.message) ? lookAtOutputs(signed, node) : { kind: 'absent' };
  }
}

function readFound(found: unknown, txId: string): Inclusion {
  const { txid, confirmations = 0, blockhash } = isObject(found) ? found : {};
  if (txid !== txId) throw unreadable('getrawtransaction', 'another transaction');
  const depth = countIn(confirmations, 'number of confirmations');
  if (depth > 0) return { kind: 'included', depth, block: blockNameIn(blockhash) };
  // An index goes on telling blocks that a reorganisation has thrown out; what is in the pool has no block.
  return { kind: blockhash === undefined ? 'waiting' : 'absent' };
}

/** In a block where one of its outputs is there; in none where its first input still is. */
async function lookAtOutputs({ txId, raw }: SignedTransaction, node: NodeClient): Promise<Inclusion | 'untold'> {
  const { outputs, inputs } = readOutpoints(hex.decode(raw));
  for (let index = 0; index < outputs; index++) {
    const output = await unspent(node, { txId, index });
    if (output !== undefined) return { kind: 'included', ...(await blockOf(output, node)) };
  }
  const [first] = inputs;
  return first !== undefined && (await unspent(node, first)) !== undefined ? { kind: 'absent' } : 'untold';
}

/** An output in a block that no other block spends. */
export async function unspent(
  node: NodeClient,
  { txId, index }: { readonly txId: string; readonly index: number },
): Promise<Fields | undefined> {
  const answer = await node.rpc('gettxout', [txId, index, false]);
  if (answer === null) return undefined;
  if (isObject(answer)) return answer;
  throw unreadable('gettxout', quote(answer));
}

/** The block of an unspent output, and how deep it lies. @param output - as `unspent` gives it. @throws CustosError NODE_* */
export async function blockOf(
  { confirmations, bestblock }: Fields,
  node: NodeClient,
): Promise<{ readonly depth: number; readonly block: string }> {
  const depth = countIn(confirmations, 'number of confirmations');
  if (depth === 0) throw unreadable('gettxout', 'an output of no block');
  const header = await node.rpc('getblockheader', [blockNameIn(bestblock), true]);
  const height = countIn(isObject(header) ? header['height'] : undefined, 'height of a block');
  const block = depth === 1 ? bestblock : await node.rpc('getblockhash', [Math.max(0, height - depth + 1)]);
  return { depth, block: blockNameIn(block) };
}
