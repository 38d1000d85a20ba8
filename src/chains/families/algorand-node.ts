import type { Fate, NodeClient, RecordedTransaction } from '../../core/chain.js';
import { CustosError } from '../../core/errors.js';
import { type Fields, isObject, readObject, wholeOf } from './fields.js';

/** Rounds that a transaction is valid for: the most that the network allows. */
const LIFE = 1000n;
/** Blocks that are asked for at once. */
const AT_ONCE = 8;

/**
 * Fills in fee, rounds and genesis from algod where the request leaves them out.
 * @throws CustosError TRANSACTION_INVALID, NODE_*
 */
export async function completeRequest(text: string, node: NodeClient): Promise<string> {
  const fields = readObject(text);
  const isMissing = (name: string) => fields[name] === undefined || fields[name] === null;
  const names = ['fee', 'firstRound', 'lastRound', 'genesisHash'];
  if (!names.some(isMissing)) return text;
  const answer = await node.http({ path: '/v2/transactions/params' });
  const params = isObject(answer) ? answer : {};
  const [feeOfByte, least, latest] = ['fee', 'min-fee', 'last-round'].map((name) => countOf(params[name]));
  const hash = params['genesis-hash'];
  if (feeOfByte === undefined || least === undefined || latest === undefined || typeof hash !== 'string') {
    throw new CustosError('NODE_ANSWER_INVALID', 'the ALGO node answered with no parameters for transactions');
  }
  const first = isMissing('firstRound') ? latest : wholeOf(fields['firstRound'], 'firstRound');
  const found: Fields = {
    // A fee that is flat stays so; any other is that of a byte, and never less in all than the network demands.
    fee: Number(fields['flatFee'] === true ? least : feeOfByte),
    firstRound: Number(first),
    lastRound: Number(first + LIFE),
    genesisHash: hash,
  };
  const missing = names.filter(isMissing).map((name) => [name, found[name]]);
  return JSON.stringify({ ...fields, ...Object.fromEntries(missing) });
}

/**
 * Hands signed bytes to algod.
 * @param recorded - with its completed form, whose rounds decide what a refusal means; whoever broadcasts has it
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
    if (found === 'known') return txId;
    if (found === 'lost') {
      const text = `the rounds of ${txId} are over, and the ALGO node has not kept the blocks that tell whether it took effect`;
      throw new CustosError('NODE_ANSWER_INVALID', text, { cause: error });
    }
    throw new CustosError('BROADCAST_REFUSED', error.message, { cause: error });
  }
  if (isObject(answer) && answer['txId'] === txId) return txId;
  throw new CustosError('NODE_ANSWER_INVALID', 'the ALGO node took a broadcast and answered with another id');
}

/** @throws CustosError NODE_* */
export async function fateOf(recorded: RecordedTransaction, node: NodeClient): Promise<Fate> {
  const found = await lookUp(recorded, node);
  return found === 'lost' ? 'open' : found;
}

/** `lost`: its rounds are over, but the node has not kept all of their blocks. */
async function lookUp({ txId, completed }: RecordedTransaction, node: NodeClient): Promise<Fate | 'lost'> {
  if (await isFound(txId, node)) return 'known';
  const { firstRound, lastRound } = readObject(completed);
  const last = wholeOf(lastRound, 'lastRound');
  const latest = await latestRound(node);
  if (latest === undefined || latest <= last) return 'open';
  // The node forgets an id a thousand rounds after its block, and that may have come at once: only blocks prove anything.
  return searchBlocks(txId, { node, from: wholeOf(firstRound, 'firstRound'), to: last });
}

/** In the pool, or in a block of the last thousand rounds. */
async function isFound(txId: string, node: NodeClient): Promise<boolean> {
  const answer = await ifOffered(node, `/v2/transactions/pending/${txId}`);
  if (!isObject(answer)) return false;
  // What the pool threw out stays visible for a while, with the reason.
  return answer['pool-error'] === '' || (countOf(answer['confirmed-round']) ?? 0n) > 0n;
}

interface Search {
  readonly node: NodeClient;
  readonly from: bigint;
  readonly to: bigint;
}

async function searchBlocks(txId: string, { node, from, to }: Search): Promise<Fate | 'lost'> {
  for (let round = from; round <= to; round += BigInt(AT_ONCE)) {
    const count = Math.min(Number(to - round) + 1, AT_ONCE);
    const rounds = Array.from({ length: count }, (_, at) => round + BigInt(at));
    const answers = await Promise.all(rounds.map((number) => ifOffered(node, `/v2/blocks/${number}/txids`)));
    const blocks = answers.map((answer) => (isObject(answer) ? answer['blockTxids'] : undefined));
    if (blocks.some((ids) => Array.isArray(ids) && ids.includes(txId))) return 'known';
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
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
}
