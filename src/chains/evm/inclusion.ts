import type { SignedTransaction } from '../../core/chain/codec.js';
import type { Fate, Inclusion, NodeClient, RecordedTransaction } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { type Fields, isObject } from '../shared/fields.js';
import { includedAt } from '../shared/finality.js';
import type { AddressStyle } from '../shared/keccak-address.js';
import type { RpcPrefix } from './rpc.js';
import { askQuantity } from './rpc.js';
import { numberTaken } from './taken-nonce.js';

/** How the nodes of one chain are asked, and how it writes addresses. */
export interface EvmNodeForm {
  readonly prefix: RpcPrefix;
  readonly addressStyle: AddressStyle;
  /** Depth that no reorganisation is expected to reach, if the node does not know final blocks. */
  readonly settledDepth?: bigint;
}

/**
 * Where the chain has a transaction. A receipt counts only when the chain keeps its block under that number now: nodes go on
 * answering receipts of blocks that a reorganisation has thrown out.
 * @throws CustosError NODE_*
 */
export async function evmInclusion(
  { prefix }: EvmNodeForm,
  { txId }: SignedTransaction,
  node: NodeClient,
): Promise<Inclusion> {
  // The newest block is asked for before, and the block itself after: the depth is never more than it was.
  const head = await askHeight(prefix, node);
  const receipt = readReceipt(await node.rpc(`${prefix}_getTransactionReceipt`, [txId]), txId);
  if (receipt !== undefined) {
    const block = await node.rpc(`${prefix}_getBlockByNumber`, [`0x${receipt.number.toString(16)}`, false]);
    if (block !== null && hashIn(block, 'hash') === receipt.block) return includedAt(receipt, head);
  }
  return { kind: (await isFound(prefix, txId, node)) ? 'waiting' : 'absent' };
}

/**
 * What became of signed bytes: known, dead because a settled block holds another transaction with their number, else open.
 * @throws CustosError NODE_*
 */
export async function evmFate(form: EvmNodeForm, recorded: RecordedTransaction, node: NodeClient): Promise<Fate> {
  if (await isFound(form.prefix, recorded.txId, node)) return 'known';
  const taken = await numberTaken(form, recorded, node);
  if (taken === 'own') return 'known';
  return taken === 'foreign' ? 'dead' : 'open';
}

/** Number of the newest block. @throws CustosError NODE_* */
async function askHeight(prefix: RpcPrefix, node: NodeClient): Promise<number> {
  return smallIn(await askQuantity(node, `${prefix}_blockNumber`, []));
}

/** In a block or waiting. */
async function isFound(prefix: RpcPrefix, txId: string, node: NodeClient): Promise<boolean> {
  const found = await node.rpc(`${prefix}_getTransactionByHash`, [txId]);
  const hash = isObject(found) ? found['hash'] : undefined;
  return typeof hash === 'string' && hash.toLowerCase() === txId.toLowerCase();
}

function readReceipt(answer: unknown, txId: string) {
  if (answer === null) return undefined;
  if (hashIn(answer, 'transactionHash') !== txId.toLowerCase()) throw unreadable('the receipt of another transaction');
  const { blockNumber, blockHash, status } = answer as Fields;
  // Some nodes write receipts of what still waits, without a block.
  if (blockNumber === null || blockHash === null) return undefined;
  // Receipts of blocks before Byzantium have no status (EIP-658).
  const isKnownStatus = status === undefined || status === null || status === '0x0' || status === '0x1';
  if (!isKnownStatus || typeof blockNumber !== 'string' || !/^0x[0-9a-f]{1,14}$/i.test(blockNumber)) {
    throw unreadable('a receipt that cannot be read');
  }
  const number = smallIn(BigInt(blockNumber));
  return { number, block: hashIn(answer, 'blockHash'), reverted: status === '0x0' };
}

/** A hash of 32 bytes, in lower case. */
function hashIn(value: unknown, member: string): string {
  const hash = isObject(value) ? value[member] : undefined;
  if (typeof hash === 'string' && /^0x[0-9a-f]{64}$/i.test(hash)) return hash.toLowerCase();
  throw unreadable(`${quote(hash)} as ${member}`);
}

function smallIn(value: bigint): number {
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  throw unreadable('a block number that is none');
}

function unreadable(what: string): CustosError {
  return new CustosError('NODE_ANSWER_INVALID', `the node answered with ${what}`);
}
