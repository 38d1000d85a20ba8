import type { CompleteContext, Fate, Inclusion, NodeClient, RecordedTransaction } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { isCount, isObject } from '../../core/json.js';
import { type Fields, readObject, wholeOf } from '../shared/fields.js';
import { finalIn } from '../shared/finality.js';
import { askParameters } from './parameters.js';

/** Rounds that a transaction is valid for: the most that the network allows. */
export const LIFE = 1000n;
/** Most rounds by which a life is cut so that equal transactions differ: half an hour of fifty minutes is left. */
export const MOST_EARLIER = 400n;
/** Blocks that are asked for at once. */
const AT_ONCE = 8;

/**
 * Fills in fee, rounds and genesis from algod where the request leaves them out.
 * @throws CustosError TRANSACTION_INVALID, NODE_*
 */
export async function completeRequest(
  text: string,
  context: Pick<CompleteContext, 'node' | 'isTaken'>,
): Promise<string> {
  const { node } = context;
  const fields = readObject(text);
  const isMissing = (name: string) => lacks(fields, name);
  const names = ['fee', 'firstRound', 'lastRound', 'genesisHash'];
  if (!names.some(isMissing)) return text;
  const { feeOfByte, leastFee, latestRound, genesisHash } = await askParameters(node);
  const first = isMissing('firstRound') ? latestRound : wholeOf(fields['firstRound'], 'firstRound');
  const found: Fields = {
    // A flat fee stays flat. Any other is the fee of one byte; in total it is never below the network's minimum.
    fee: Number(fields['flatFee'] === true ? leastFee : feeOfByte),
    genesisHash,
  };
  // Rounds that begin one earlier make equal transactions differ: the network takes any that have begun and not ended.
  for (let earlier = 0n; ; earlier += 1n) {
    const rounds = isMissing('firstRound')
      ? { firstRound: Number(first - earlier), lastRound: Number(first - earlier + LIFE) }
      : { lastRound: Number(first + LIFE - earlier) };
    const values: Fields = { ...found, ...rounds };
    const missing = names.filter(isMissing).map((name) => [name, values[name]]);
    const completed = JSON.stringify({ ...fields, ...Object.fromEntries(missing) });
    const isLast = hasBothRounds(fields) || earlier >= mostEarlier(fields, first);
    if (isLast || context.isTaken?.(completed) !== true) return completed;
  }
}

/** Most rounds by which they may be earlier: no round is below zero, and there is at most one life between first and last. */
function mostEarlier(fields: Fields, first: bigint): bigint {
  const most = lacks(fields, 'lastRound') ? MOST_EARLIER : first + LIFE - wholeOf(fields['lastRound'], 'lastRound');
  return most < first ? most : first;
}

/** True when the request names both of its rounds, so that it gives the same bytes every time. */
export function hasRounds(text: string): boolean {
  return hasBothRounds(readObject(text));
}

function hasBothRounds(fields: Fields): boolean {
  return !lacks(fields, 'firstRound') && !lacks(fields, 'lastRound');
}

function lacks(fields: Fields, name: string): boolean {
  return fields[name] === undefined || fields[name] === null;
}

/**
 * Hands signed bytes to algod.
 * @param recorded - with its completed form: the rounds there decide what a refusal means
 * @returns the transaction id
 * @throws CustosError BROADCAST_REFUSED, NODE_*
 */
export async function sendBytes(recorded: RecordedTransaction, node: NodeClient): Promise<string> {
  const { raw, txId } = recorded;
  const body = new Uint8Array(Buffer.from(raw, 'hex'));
  let answer: unknown;
  try {
    answer = await node.http({ path: '/v2/transactions', body });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const found = await lookUp(recorded, node);
    if (typeof found === 'object') return txId;
    if (found === 'lost') throw lost(txId, error);
    throw new CustosError('BROADCAST_REFUSED', error.message, { cause: error });
  }
  if (isObject(answer) && answer['txId'] === txId) return txId;
  throw new CustosError('NODE_ANSWER_INVALID', 'the ALGO node took a broadcast and answered with another id');
}

/** @throws CustosError NODE_* */
export async function fateOf(recorded: RecordedTransaction, node: NodeClient): Promise<Fate> {
  const found = await lookUp(recorded, node);
  if (typeof found === 'object') return 'known';
  return found === 'dead' ? 'dead' : 'open';
}

/** Where the network has signed bytes: a round that is agreed on is final. @throws CustosError NODE_* */
export async function inclusionOf(recorded: RecordedTransaction, node: NodeClient): Promise<Inclusion> {
  const found = await lookUp(recorded, node);
  if (found === 'lost') throw lost(recorded.txId);
  if (typeof found !== 'object') return { kind: 'absent' };
  return found.round === 0n ? { kind: 'waiting' } : finalIn(`${found.round}`, false);
}

function lost(txId: string, cause?: unknown): CustosError {
  const text = `the rounds of ${txId} are over, and the ALGO node has not kept the blocks that tell whether it took effect`;
  return new CustosError('NODE_ANSWER_INVALID', text, { cause });
}

/** The round that holds it, 0 for the pool. `lost`: its rounds are over, but the node has not kept all of their blocks. */
type Found = { readonly round: bigint } | 'open' | 'dead' | 'lost';

async function lookUp({ txId, completed }: RecordedTransaction, node: NodeClient): Promise<Found> {
  const round = await roundOf(txId, node);
  if (round !== undefined) return { round };
  // Who has the signed bytes alone, as a gateway does, proves nothing more.
  if (completed === '') return 'open';
  const { firstRound, lastRound } = readObject(completed);
  const last = wholeOf(lastRound, 'lastRound');
  const latest = await latestRound(node);
  if (latest === undefined || latest <= last) return 'open';
  // The node forgets an id a thousand rounds after its block, and that may have come at once: only blocks prove anything.
  return searchBlocks(txId, { node, from: wholeOf(firstRound, 'firstRound'), to: last });
}

/** The block of the last thousand rounds that holds it, 0 for the pool. */
async function roundOf(txId: string, node: NodeClient): Promise<bigint | undefined> {
  const answer = await ifOffered(node, `/v2/transactions/pending/${txId}`);
  if (!isObject(answer)) return undefined;
  const round = countOf(answer['confirmed-round']) ?? 0n;
  // What the pool threw out stays visible for a while, with the reason.
  return round > 0n || answer['pool-error'] === '' ? round : undefined;
}

interface Search {
  readonly node: NodeClient;
  readonly from: bigint;
  readonly to: bigint;
}

async function searchBlocks(txId: string, { node, from, to }: Search): Promise<Found> {
  for (let round = from; round <= to; round += BigInt(AT_ONCE)) {
    const count = Math.min(Number(to - round) + 1, AT_ONCE);
    const rounds = Array.from({ length: count }, (_, at) => round + BigInt(at));
    const answers = await Promise.all(rounds.map((number) => ifOffered(node, `/v2/blocks/${number}/txids`)));
    const blocks = answers.map((answer) => (isObject(answer) ? answer['blockTxids'] : undefined));
    const at = blocks.findIndex((ids) => Array.isArray(ids) && ids.includes(txId));
    if (at >= 0) return { round: round + BigInt(at) };
    // A block without transactions has an empty list, or null as Go writes it.
    if (blocks.some((ids) => ids !== null && !Array.isArray(ids))) return 'lost';
  }
  return 'dead';
}

async function latestRound(node: NodeClient): Promise<bigint | undefined> {
  const status = await ifOffered(node, '/v2/status');
  return isObject(status) ? countOf(status['last-round']) : undefined;
}

/** Undefined where the node refuses: it does not know the thing, or does not offer the question. */
async function ifOffered(node: NodeClient, path: string): Promise<unknown> {
  try {
    return await node.http({ path });
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function isRefusal(error: unknown): error is CustosError {
  return error instanceof CustosError && (error.code === 'NODE_REFUSED' || error.code === 'CLOUD_REFUSED');
}

function countOf(value: unknown): bigint | undefined {
  return isCount(value) ? BigInt(value) : undefined;
}
