import type { ChainNode, NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import { isObject } from '../../core/json.js';
import { type Fields, readJson, textOf } from '../shared/fields.js';
import { blockNameIn, countIn, includedAt } from '../shared/finality.js';
import { openEnvelope } from './body.js';
import { readOperations } from './operations.js';
import { readSignedBody } from './signed.js';

/** Slots that a transaction may wait for a block. */
export const RELATIVE_TTL = 1000;
/** Slots after the end, when no rollback can bring a transaction back: 2,160 blocks of twenty seconds. */
const MARGIN = 43_200n;
/** Since Shelley a slot is one second: one slot of each network, with its time in seconds since 1970. */
const clocks: Readonly<Record<Network, { readonly slot: bigint; readonly at: bigint }>> = {
  mainnet: { slot: 4_492_800n, at: 1_596_059_091n },
  testnet: { slot: 86_400n, at: 1_655_769_600n },
};

/** Nodes of Cardano speak the Rosetta interface. */
export const cardanoNode: ChainNode = {
  async complete(pending, { node, network }) {
    const operations = readJson(pending.serialized);
    readOperations(operations);
    const where = { network_identifier: identifier(network) };
    const ask = (step: string, body: Fields) => askNode(node, `/construction/${step}`, { ...where, ...body });
    const { options } = await ask('preprocess', { operations, metadata: { relative_ttl: RELATIVE_TTL } });
    const { metadata, ...rest } = await ask('metadata', { options });
    const made = await ask('payloads', { operations, metadata, ...rest });
    return JSON.stringify({ operations, unsignedTransaction: madeIn(made) });
  },
  async broadcast({ raw, txId }, node) {
    const body = { network_identifier: identifier(readSignedBody(raw).network), signed_transaction: raw };
    const { transaction_identifier: found } = await askNode(node, '/construction/submit', body);
    const hash = isObject(found) ? found['hash'] : undefined;
    if (hash === txId) return txId;
    throw new CustosError('NODE_ANSWER_INVALID', 'the ADA node took a broadcast and answered with another hash');
  },
  async fate({ txId, raw }, node) {
    const { network, ttl } = readSignedBody(raw);
    const where = { network_identifier: identifier(network) };
    // Asked first: a block may take it between two questions.
    const { current_block_timestamp: time } = objectOf(await node.http({ path: '/network/status', body: where }));
    const { found, count } = await search(node, where, txId);
    if (found !== undefined) return 'known';
    const isSearched = count === 0 && typeof time === 'number' && Number.isSafeInteger(time);
    return isSearched && slotOf(time, network) > ttl + MARGIN ? 'dead' : 'open';
  },
  async inclusion({ txId, raw }, node) {
    const where = { network_identifier: identifier(readSignedBody(raw).network) };
    const { current_block_identifier: head } = objectOf(await node.http({ path: '/network/status', body: where }));
    const newest = countIn(objectOf(head)['index'], 'newest block');
    const { found } = await search(node, where, txId);
    // The search covers blocks only, not waiting transactions.
    if (found === undefined) return { kind: 'absent' };
    const { index, hash } = objectOf(found['block_identifier']);
    return includedAt({ block: blockNameIn(hash), number: countIn(index, 'block number'), reverted: false }, newest);
  },
};

/** The node's fault is not the transaction's: what is no envelope is asked for again. */
function madeIn({ unsigned_transaction: made }: Fields): string {
  try {
    const text = textOf(made, 'unsigned_transaction');
    openEnvelope(text);
    return text;
  } catch (cause) {
    throw new CustosError('NODE_ANSWER_INVALID', 'the ADA node answered with no unsigned transaction', { cause });
  }
}

/** @throws CustosError NODE_ANSWER_INVALID: it found another one, as a node does that does not know this way to search */
async function search(node: NodeClient, where: Fields, txId: string) {
  const body = { ...where, transaction_identifier: { hash: txId }, limit: 1 };
  const { transactions, total_count: count } = objectOf(await node.http({ path: '/search/transactions', body }));
  if (!Array.isArray(transactions)) throw new CustosError('NODE_ANSWER_INVALID', 'the ADA node did not search');
  const [first]: readonly unknown[] = transactions;
  const found = first === undefined ? undefined : objectOf(first);
  if (found === undefined || objectOf(objectOf(found['transaction'])['transaction_identifier'])['hash'] === txId) {
    return { found, count };
  }
  throw new CustosError('NODE_ANSWER_INVALID', 'the ADA node found another transaction');
}

/** @throws CustosError NODE_* */
export async function askNode(node: NodeClient, path: string, body: Fields): Promise<Fields> {
  return objectOf(await node.http({ path, body }));
}

function objectOf(answer: unknown): Fields {
  if (isObject(answer)) return answer;
  throw new CustosError('NODE_ANSWER_INVALID', 'the ADA node answered with no object');
}

/** The name of a network in the Rosetta interface. */
export function identifier(network: Network) {
  return { blockchain: 'cardano', network: network === 'mainnet' ? 'mainnet' : 'preprod' };
}

function slotOf(milliseconds: number, network: Network): bigint {
  const { slot, at } = clocks[network];
  return slot + BigInt(Math.floor(milliseconds / 1000)) - at;
}
