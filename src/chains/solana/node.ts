import { base58, base64 } from '@scure/base';
import type { SignedTransaction } from '../../core/chain/codec.js';
import type { Fate, Inclusion, NodeClient, RecordedTransaction } from '../../core/chain/node.js';
import { type Clock, systemClock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { isCount, isObject } from '../../core/json.js';
import { invalid } from '../shared/fields.js';
import { finalIn } from '../shared/finality.js';
import { isRefusal, unlessRefused } from '../shared/refusal.js';
import { unreadable } from './complete.js';
import { Cursor } from './cursor.js';
import { decodeMessage } from './message.js';
import { type Lifetime, readCompleted } from './request.js';

/** Milliseconds of waiting before each look for the transaction in a block; a cluster mostly needs one second. */
const PAUSES = [0, 500, 500, 1000, 1000, 2000, 3000, 4000];

const SIGNATURE_BYTES = 64;

/** Words of a node that already has these bytes in a block. */
const isProcessed = /already been processed|AlreadyProcessed/i;
/** The blockhash is too old, or so new that this node has not heard of it. */
const isUnknownBlockhash = /blockhash ?not ?found/i;
/** Answers about the node and not about the transaction: it lags behind, has failed, or is asked too often. */
const isTransient = /\(code -32(004|005|014|016|097|429|603)\)|node is (behind|unhealthy)|too many requests/i;

/**
 * Gives signed bytes to a node and waits until a block holds them: a node may take bytes that never come into a block, and
 * only a confirmed transaction has paid.
 * @returns the transaction id
 * @throws CustosError BROADCAST_REFUSED (refused, or failed in a block), NODE_ANSWER_INVALID (not confirmed yet), NODE_*
 */
export async function sendTransaction(
  signed: SignedTransaction,
  node: NodeClient,
  clock: Pick<Clock, 'wait'> = systemClock,
): Promise<string> {
  const isFresh = await submit(signed, node);
  for (const pause of isFresh ? PAUSES : [0]) {
    if (pause > 0) await clock.wait(pause);
    const seen = await look(signed, node);
    // A node without any record of transactions is taken at its word.
    if (seen === 'confirmed' || (seen === 'untold' && isFresh)) return signed.txId;
  }
  const why = isFresh ? 'is sent, but not confirmed yet' : 'has a blockhash that the node does not know';
  throw new CustosError('NODE_ANSWER_INVALID', `the SOL transaction ${signed.txId} ${why}`);
}

/**
 * What became of signed bytes. They are dead only if no block up to the last valid one holds them: the finalized chain is past
 * that height and takes the blockhash no more, the node that looked is not behind it, and its history reaches back to the
 * blockhash. Height and slot are what one node said when the bytes were made, and are not in them, so they alone prove nothing.
 * @throws CustosError NODE_*; NODE_REFUSED also for a node without the history that would prove it
 */
export async function fateOf({ txId, completed }: RecordedTransaction, node: NodeClient): Promise<Fate> {
  const { lifetime, message } = readCompleted(completed);
  // Asked before the status, so that the status is at least as new.
  const end = lifetime && (await endOf(lifetime, decodeMessage(message).blockhash, node));
  const { slot, found } = await statusOf(txId, node, true);
  // One that failed in a block is never made again: it could fail, and cost a fee, each time.
  if (found !== null) return found['err'] === null ? 'known' : 'open';
  if (lifetime === undefined || end === undefined || slot < end) return 'open';
  const first = await node.rpc('getFirstAvailableBlock', []);
  if (!isCount(first)) throw unreadable('getFirstAvailableBlock', 'no slot');
  if (BigInt(first) <= lifetime.slot) return 'dead';
  const text = `the SOL node has no blocks before slot ${first}, so it cannot tell what became of ${txId}`;
  throw new CustosError('NODE_REFUSED', text);
}

/**
 * Finds a transaction: its slot stands for the block. Finalized is final. The depth of a confirmed one is the node's count of
 * blocks that voted on top. One that is only processed may still be in a fork, so it waits.
 * @throws CustosError NODE_*
 */
export async function inclusionOf({ txId }: SignedTransaction, node: NodeClient): Promise<Inclusion> {
  const { found } = await statusOf(txId, node, true);
  if (found === null) return { kind: 'absent' };
  const { slot, err, confirmations, confirmationStatus: level } = found;
  if (!isCount(slot) || err === undefined) throw unreadable('getSignatureStatuses', 'a status that cannot be read');
  const reverted = err !== null;
  if (level === 'finalized') return finalIn(`${slot}`, reverted);
  if (level !== 'confirmed') return { kind: 'waiting' };
  const depth = isCount(confirmations) ? Number(confirmations) + 1 : 1;
  return { kind: 'included', depth, block: `${slot}`, ...(reverted && { reverted }) };
}

/** @returns false when the node does not know the blockhash; then it has not taken the bytes. */
async function submit({ raw, txId }: SignedTransaction, node: NodeClient): Promise<boolean> {
  try {
    const answer = await node.rpc('sendTransaction', [raw, { encoding: 'base64', preflightCommitment: 'confirmed' }]);
    if (answer === txId) return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (isProcessed.test(error.message)) return true;
    if (isUnknownBlockhash.test(error.message)) return false;
    const code = isTransient.test(error.message) ? 'NODE_ANSWER_INVALID' : 'BROADCAST_REFUSED';
    throw new CustosError(code, error.message, { cause: error });
  }
  throw unreadable('sendTransaction', 'another transaction id');
}

/** @throws CustosError BROADCAST_REFUSED: it is in a block, and failed there */
async function look(signed: SignedTransaction, node: NodeClient): Promise<'confirmed' | 'unknown' | 'untold'> {
  const { txId } = signed;
  // Nodes without a history of transactions refuse to look for one.
  const version = isVersioned(signed) ? { maxSupportedTransactionVersion: 0 } : {};
  const found = await unlessRefused(() => node.rpc('getTransaction', [txId, { commitment: 'confirmed', ...version }]));
  if (isObject(found)) return accepted(txId, isObject(found['meta']) ? found['meta']['err'] : null);
  if (found === null) return 'unknown';
  const status = await unlessRefused(() => statusOf(txId, node, false));
  if (status === undefined) return 'untold';
  const level = status.found?.['confirmationStatus'];
  return level === 'confirmed' || level === 'finalized' ? accepted(txId, status.found?.['err']) : 'unknown';
}

function accepted(txId: string, failure: unknown): 'confirmed' {
  if (failure === null || failure === undefined) return 'confirmed';
  const reason = JSON.stringify(failure).slice(0, 200);
  throw new CustosError('BROADCAST_REFUSED', `the SOL transaction ${txId} failed in a block: ${reason}`);
}

interface Status {
  /** Slot up to which the node has looked. */
  readonly slot: bigint;
  readonly found: Readonly<Record<string, unknown>> | null;
}

async function statusOf(txId: string, node: NodeClient, searchTransactionHistory: boolean): Promise<Status> {
  const params = searchTransactionHistory ? [[txId], { searchTransactionHistory }] : [[txId]];
  const answer = await node.rpc('getSignatureStatuses', params);
  const { context, value } = isObject(answer) ? answer : {};
  const slot = isObject(context) ? context['slot'] : undefined;
  const found: unknown = Array.isArray(value) && value.length === 1 ? value[0] : undefined;
  if (isCount(slot) && (found === null || isObject(found))) return { slot: BigInt(slot), found };
  throw unreadable('getSignatureStatuses', 'no status');
}

async function finalizedNow(node: NodeClient): Promise<{ height: bigint; slot: bigint }> {
  const answer = await node.rpc('getEpochInfo', [{ commitment: 'finalized' }]);
  const { blockHeight, absoluteSlot } = isObject(answer) ? answer : {};
  if (isCount(blockHeight) && isCount(absoluteSlot)) return { height: BigInt(blockHeight), slot: BigInt(absoluteSlot) };
  throw unreadable('getEpochInfo', 'no block height');
}

/** @returns the finalized slot by which the blockhash is too old for any later block; undefined while one may still take it */
async function endOf(
  { slot, lastValidBlockHeight }: Lifetime,
  hash: string,
  node: NodeClient,
): Promise<bigint | undefined> {
  const now = await finalizedNow(node);
  if (now.height <= lastValidBlockHeight || now.slot < slot) return undefined;
  const answer = await node.rpc('isBlockhashValid', [hash, { commitment: 'finalized' }]);
  const { context, value } = isObject(answer) ? answer : {};
  const seen = isObject(context) ? context['slot'] : undefined;
  if (!isCount(seen) || typeof value !== 'boolean') throw unreadable('isBlockhashValid', 'no answer');
  // A node behind the other one has not heard of the blockhash yet.
  return value || BigInt(seen) < now.slot ? undefined : BigInt(seen);
}

function isVersioned({ raw }: SignedTransaction): boolean {
  const cursor = new Cursor(base64.decode(raw), 'the signed transaction');
  cursor.take(cursor.compact() * SIGNATURE_BYTES);
  return cursor.small(1) >= 0x80;
}

/** Reads a transaction id, or signed bytes in base64: their id is the first signature. @throws CustosError TRANSACTION_INVALID */
export function readSigned(txData: string): { readonly raw?: string; readonly txId: string } {
  if (/^[1-9A-HJ-NP-Za-km-z]{64,88}$/.test(txData) && base58.decode(txData).length === SIGNATURE_BYTES) {
    return { txId: txData };
  }
  try {
    const cursor = new Cursor(base64.decode(txData), 'the signed transaction');
    if (cursor.compact() > 0) return { raw: txData, txId: base58.encode(cursor.take(SIGNATURE_BYTES)) };
  } catch (error) {
    throw invalid('txData is neither a transaction id nor a signed transaction in base64', error);
  }
  throw invalid('txData has no signature');
}
