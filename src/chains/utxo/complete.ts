import type { NodeClient, RpcOutcome } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { hexOf, isObject } from '../shared/fields.js';
import { checkShape, type UtxoInput, type UtxoTransaction } from './format.js';
import { blockOf, saysNoIndex, unspent } from './inclusion.js';
import { readProven, strip, wantedPrevious, writeProven } from './previous.js';

/** Previous transactions asked for in one exchange: the answer stays below what clients and proxies read. */
const BATCH = 20;
/** A node says so for good: it has no such transaction, or no such question. Whatever else it says may pass. */
const isDefinite =
  /\(code -(5|8|32601)\)|no such|no information|not found|-txindex|method .*not|unknown method|not (offered|available|supported|recorded)/i;

/** What is asked for what. */
export interface CompletingParts {
  readonly node: NodeClient;
  /** The chain's ticker, for the remedy. */
  readonly chain: string;
  /** True where the operator signs for amounts that are only claimed, if no proof can be found. */
  readonly allowsUnproved: boolean;
  read(request: string): UtxoTransaction;
}

/**
 * Puts beside a request the transactions whose outputs it spends, as far as their amounts must be proved. Those that came with
 * it are used, the others are asked for.
 * @returns the request itself where none is needed
 * @throws CustosError PREVIOUS_UNKNOWN: one of them cannot be found; TRANSACTION_INVALID, TRANSACTION_TOO_LARGE, NODE_*, CLOUD_*
 */
export async function completeSpend(serialized: string, parts: CompletingParts): Promise<string> {
  const { request, previous: brought } = readProven(serialized);
  const transaction = parts.read(request);
  checkShape(transaction);
  const wanted = wantedPrevious(transaction);
  const missing = wanted.filter((txId) => !brought.has(txId));
  const found = await askAll(missing, { ...parts, inputs: transaction.inputs });
  const previous = new Map<string, Uint8Array>();
  for (const txId of wanted) {
    const bytes = found.get(txId) ?? brought.get(txId);
    if (bytes !== undefined) previous.set(txId, found.has(txId) ? bytes : strip(bytes, txId));
  }
  return writeProven({ request, previous });
}

type Asking = Omit<CompletingParts, 'read'> & { readonly inputs: readonly UtxoInput[] };

/** @returns what was found, by txId */
async function askAll(txIds: readonly string[], asking: Asking): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (let at = 0; at < txIds.length; at += BATCH) {
    const part = txIds.slice(at, at + BATCH);
    const outcomes = await askTogether(part, asking.node);
    for (const [place, txId] of part.entries()) {
      const bytes = await settle(txId, outcomes[place], asking);
      if (bytes !== undefined) found.set(txId, bytes);
    }
  }
  return found;
}

/** @returns nothing for those that must be asked for by themselves */
async function askTogether(txIds: readonly string[], node: NodeClient): Promise<readonly (RpcOutcome | undefined)[]> {
  if (node.batch === undefined || txIds.length < 2) return [];
  try {
    return await node.batch(txIds.map((txId) => ({ method: 'getrawtransaction', params: [txId, false] })));
  } catch (error) {
    // Not every node takes batches, and an answer may be too large to be read.
    if (error instanceof CustosError && (wholeFaults.has(error.code) || error.details['status'] !== undefined))
      return [];
    throw error;
  }
}

const wholeFaults: ReadonlySet<string> = new Set(['NODE_REFUSED', 'NODE_ANSWER_INVALID', 'CLOUD_ANSWER_INVALID']);

/** @throws CustosError PREVIOUS_UNKNOWN, unless the operator does without the proof */
async function settle(txId: string, outcome: RpcOutcome | undefined, asking: Asking): Promise<Uint8Array | undefined> {
  try {
    const isRefused = outcome?.kind === 'refused' && outcome.error.code !== 'NODE_ANSWER_INVALID';
    if (isRefused) throw outcome.error;
    if (outcome?.kind === 'answered') return bytesOf(outcome.result, txId);
    return bytesOf(await asking.node.rpc('getrawtransaction', [txId, false]), txId);
  } catch (error) {
    if (!(error instanceof CustosError) || error.code !== 'NODE_REFUSED') throw error;
    const bytes = saysNoIndex.test(error.message) ? await askElsewhere(txId, asking) : undefined;
    if (bytes !== undefined) return bytes;
    if (asking.allowsUnproved && (isDefinite.test(error.message) || isNoOperation(error))) return undefined;
    throw unknown(txId, asking, error);
  }
}

function isNoOperation({ details: { status } }: CustosError): boolean {
  return status === 404 || status === 405 || status === 501;
}

function unknown(txId: string, { chain }: Asking, error: CustosError): CustosError {
  const text = `the amounts of transaction ${txId}, which is spent, cannot be proved: ${error.message}`;
  const remedy = `--node ${chain}=URL names a node with it (txindex=1)`;
  return new CustosError('PREVIOUS_UNKNOWN', `${text}; ${remedy}`, { cause: error });
}

/** Of a node without an index of transactions. */
async function askElsewhere(txId: string, asking: Asking): Promise<Uint8Array | undefined> {
  return (await askWithBlock(txId, asking)) ?? askWallet(txId, asking.node);
}

/** The node names the block of an unspent output, and finds the transaction there. */
async function askWithBlock(txId: string, { node, inputs }: Asking): Promise<Uint8Array | undefined> {
  const index = inputs.find((input) => input.txId === txId)?.index ?? 0;
  return unlessRefused(async () => {
    const output = await unspent(node, { txId, index });
    if (output === undefined || output['confirmations'] === 0) return undefined;
    const place = await blockOf(output, node);
    return bytesOf(await node.rpc('getrawtransaction', [txId, false, place.block]), txId);
  });
}

/** Its wallet keeps the transactions that concern it. */
async function askWallet(txId: string, node: NodeClient): Promise<Uint8Array | undefined> {
  return unlessRefused(async () => {
    const answer = await node.rpc('gettransaction', [txId]);
    return bytesOf(isObject(answer) ? answer['hex'] : answer, txId);
  });
}

async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CustosError && error.code === 'NODE_REFUSED') return undefined;
    throw error;
  }
}

/** @throws CustosError NODE_ANSWER_INVALID: no bytes, or those of another transaction */
function bytesOf(answer: unknown, txId: string): Uint8Array {
  try {
    return strip(hexOf(answer, 'getrawtransaction'), txId);
  } catch (error) {
    const text = `the node answered getrawtransaction of ${txId} with ${quote(answer)}, not its bytes`;
    throw new CustosError('NODE_ANSWER_INVALID', text, { cause: error });
  }
}
