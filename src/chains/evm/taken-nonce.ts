import type { NodeClient, RecordedTransaction } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { isObject, tryJson } from '../../core/json.js';
import { bytesToHex, quantityToHex } from '../shared/hexadecimal.js';
import { type AddressStyle, checksumAddress, readAddress } from '../shared/keccak-address.js';
import type { RpcPrefix } from './rpc.js';
import { askQuantity } from './rpc.js';

/** The newest blocks, which never count as settled, whatever a node calls final. */
const SETTLED = 12n;

/**
 * Who used the nonce of signed bytes. `free`: no one, as far as this node has the chain. `unsettled`: someone, in a block
 * that may still be thrown out. `own`: these bytes. `foreign`: another transaction, which is shown. `untold`: it is used, but
 * the node does not keep what would show by whom; or the bytes do not name their nonce.
 */
export type NumberTaken = 'free' | 'unsettled' | 'own' | 'foreign' | 'untold';

/** How the nodes of one chain are asked, how it writes addresses, and how deep it settles without final blocks. */
interface NumberForm {
  readonly prefix: RpcPrefix;
  readonly addressStyle: AddressStyle;
  readonly settledDepth?: bigint;
}

interface Question {
  readonly prefix: RpcPrefix;
  /** 20 bytes. */
  readonly sender: Uint8Array;
  readonly nonce: bigint;
  readonly node: NodeClient;
}

/**
 * Finds the settled block in which the sender's count passes the number of these bytes, and the transaction in it that did so.
 * That a node does not find the bytes proves nothing, because nodes forget and lag; that the chain holds another transaction
 * with the same sender and number does: a number takes effect once (Yellow Paper, section 6).
 * @throws CustosError NODE_*
 */
export async function numberTaken(
  { prefix, addressStyle, settledDepth = SETTLED }: NumberForm,
  { txId, completed, sender }: RecordedTransaction,
  node: NodeClient,
): Promise<NumberTaken> {
  const nonce = nonceOf(completed);
  if (nonce === undefined) return 'untold';
  const question = { prefix, sender: readAddress(sender, addressStyle), nonce, node };
  const head = await askQuantity(node, `${prefix}_blockNumber`, []);
  if ((await count(question, 'latest')) <= nonce) return 'free';
  const settled = await settledHeight(question, head, settledDepth);
  const isSettled = await isAbove(question, settled);
  if (isSettled !== true) return isSettled === false ? 'unsettled' : 'untold';
  const height = await firstAbove((at) => isAbove(question, at), settled);
  const hash = height === undefined ? undefined : await takerIn(question, height);
  if (hash === undefined) return 'untold';
  return hash === txId.toLowerCase() ? 'own' : 'foreign';
}

/** The newest block that no reorganisation is expected to reach: a final one, if the node knows one. */
async function settledHeight(question: Question, head: bigint, depth: bigint): Promise<bigint> {
  const final = await finalHeight(question);
  if (final !== undefined && final > 0n) return smaller(final, larger(head - SETTLED, 0n));
  // A chain that is shorter is one for development.
  return head < depth ? head : head - depth;
}

/** Undefined where the node knows no final blocks, which are newer than the interface. */
async function finalHeight({ prefix, node }: Question): Promise<bigint | undefined> {
  try {
    const block = await node.rpc(`${prefix}_getBlockByNumber`, ['finalized', false]);
    const number = isObject(block) ? block['number'] : undefined;
    return typeof number === 'string' && /^0x[0-9a-f]{1,16}$/i.test(number) ? BigInt(number) : undefined;
  } catch (error) {
    if (error instanceof CustosError && error.code === 'NODE_REFUSED') return undefined;
    throw error;
  }
}

/** As `complete` wrote it: a text of decimal digits. */
function nonceOf(completed: string): bigint | undefined {
  const members = tryJson(completed);
  const nonce = isObject(members) ? members['nonce'] : undefined;
  return typeof nonce === 'string' && /^\d{1,20}$/.test(nonce) ? BigInt(nonce) : undefined;
}

function count({ prefix, sender, node }: Question, block: string): Promise<bigint> {
  return askQuantity(node, `${prefix}_getTransactionCount`, [checksumAddress(sender), block]);
}

/** Undefined where the node refuses, mostly because it keeps only the states of the last blocks. */
async function isAbove(question: Question, height: bigint): Promise<boolean | undefined> {
  try {
    return (await count(question, quantityToHex(height))) > question.nonce;
  } catch (error) {
    if (error instanceof CustosError && error.code === 'NODE_REFUSED') return undefined;
    throw error;
  }
}

/**
 * The lowest height above, near the top first, where most are found and all nodes have states.
 * @param top - known to be above   @returns undefined when no height right below was seen not to be above
 */
async function firstAbove(
  ask: (height: bigint) => Promise<boolean | undefined>,
  top: bigint,
): Promise<bigint | undefined> {
  let above = top;
  let below = -1n;
  let isSeen = false;
  let step = 1n;
  while (above - below > 1n) {
    const height = below < 0n ? larger(above - step, 0n) : (above + below) / 2n;
    step *= 2n;
    const answer = await ask(height);
    if (answer === true) {
      above = height;
    } else {
      below = height;
      isSeen = answer === false;
    }
  }
  return isSeen ? above : undefined;
}

/** Hash of the transaction of this sender and number in a block, in lower case. */
async function takerIn({ prefix, sender, nonce, node }: Question, height: bigint): Promise<string | undefined> {
  const block = await node.rpc(`${prefix}_getBlockByNumber`, [quantityToHex(height), true]);
  const list = isObject(block) ? block['transactions'] : undefined;
  if (!Array.isArray(list)) throw new CustosError('NODE_ANSWER_INVALID', 'the node answered with no block');
  const account = bytesToHex(sender);
  const taker = (list as readonly unknown[]).filter(isObject).find((one) => {
    const from = typeof one['from'] === 'string' ? one['from'].toLowerCase().replace(/^xdc/, '0x') : '';
    return from === account && one['nonce'] === quantityToHex(nonce);
  });
  const hash = taker?.['hash'];
  return typeof hash === 'string' && /^0x[0-9a-f]{64}$/i.test(hash) ? hash.toLowerCase() : undefined;
}

function smaller(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
