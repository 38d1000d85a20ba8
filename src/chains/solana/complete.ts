import { base64 } from '@scure/base';
import type { CompleteContext, NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import { isCount, isObject } from '../../core/json.js';
import type { PendingTransaction } from '../../core/signing/pending.js';
import { readAddress, showAddress } from './address.js';
import { decodeMessage, lacksBlockhash, type SolanaMessage, type TableLookup, withBlockhash } from './message.js';
import { programs } from './programs/ids.js';
import { usesDurableNonce } from './programs/system.js';
import { checkReceivers } from './receiver.js';
import { type Lifetime, type LoadedTable, loadedAccounts, readRequest, writeCompleted } from './request.js';

/** First blocks of the public clusters, and to which network each belongs. */
const clusters: ReadonlyMap<unknown, Network> = new Map([
  ['5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d', 'mainnet'],
  ['EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG', 'testnet'],
  ['4uhcVJyU9pJkvQyS88uRDiswHScSCQY3XkwcoP7vFDvU', 'testnet'],
]);

/** Bytes of a lookup table before its addresses. */
const TABLE_HEADER = 56;
/** Kind of the account, in its first four bytes. */
const TABLE_KIND = 1;

/**
 * Puts the latest blockhash into a message and adds how long it lasts. The blockhash of the request is not kept: it may be
 * old, and the request does not say how long it lasts. A durable nonce stays, because the requester chose it.
 * @throws CustosError TRANSACTION_*, NETWORK_MISMATCH, NODE_*
 */
export async function completeTransaction(pending: PendingTransaction, context: CompleteContext): Promise<string> {
  const { node } = context;
  const request = readRequest(pending.serialized);
  const message = decodeMessage(request.message);
  // The cloud's API key decides which network its node belongs to; an own node is asked.
  if (node.cloud === undefined) await checkCluster(node, context.network);
  const tables = await Promise.all(message.lookups.map((lookup) => loadTable(lookup, node)));
  await checkReceivers(message, loadedAccounts(message, tables), context);
  if (isDurable(message)) return writeCompleted({ ...request, tables });
  const { blockhash, lifetime } = await latestBlockhash(node, message);
  return writeCompleted({ ...request, message: withBlockhash(message, blockhash), lifetime, tables });
}

/** True for a request with a blockhash that the requester chose, so that it gives the same bytes every time. */
export function keepsBlockhash(serialized: string): boolean {
  return isDurable(decodeMessage(readRequest(serialized).message));
}

function isDurable(message: SolanaMessage): boolean {
  return usesDurableNonce(message) && !lacksBlockhash(message);
}

async function latestBlockhash(
  node: NodeClient,
  message: SolanaMessage,
): Promise<{ blockhash: string; lifetime: Lifetime }> {
  const answer = await node.rpc('getLatestBlockhash', [{ commitment: 'finalized' }]);
  const { context, value } = isObject(answer) ? answer : {};
  const slot = isObject(context) ? context['slot'] : undefined;
  const { blockhash, lastValidBlockHeight } = isObject(value) ? value : {};
  if (typeof blockhash !== 'string' || !isHash(blockhash) || lacksBlockhash({ ...message, blockhash })) {
    throw unreadable('getLatestBlockhash', 'no blockhash');
  }
  if (!isCount(slot) || !isCount(lastValidBlockHeight)) {
    throw unreadable('getLatestBlockhash', 'nothing about how long it lasts');
  }
  return { blockhash, lifetime: { slot: BigInt(slot), lastValidBlockHeight: BigInt(lastValidBlockHeight) } };
}

/** A finalized table never changes its addresses, so the network will read what is read now. */
async function loadTable({ table, writable, readonly }: TableLookup, node: NodeClient): Promise<LoadedTable> {
  const answer = await node.rpc('getAccountInfo', [table, { encoding: 'base64', commitment: 'finalized' }]);
  const account = isObject(answer) ? answer['value'] : undefined;
  if (account === null) throw new CustosError('TRANSACTION_INVALID', `there is no lookup table ${table}`);
  const bytes = accountBytes(account, programs.addressLookupTable);
  if (bytes === undefined || bytes.length < TABLE_HEADER || bytes[0] !== TABLE_KIND) {
    throw new CustosError('TRANSACTION_INVALID', `the account ${table} is not a lookup table`);
  }
  const addressAt = (index: number) => {
    const start = TABLE_HEADER + index * 32;
    if (start + 32 <= bytes.length) return showAddress(bytes.subarray(start, start + 32));
    throw new CustosError('TRANSACTION_INVALID', `the lookup table ${table} has no entry number ${index}`);
  };
  return { table, writable: writable.map(addressAt), readonly: readonly.map(addressAt) };
}

/** Data of an account as `getAccountInfo` gives it in base64; undefined when it belongs to another program. */
export function accountBytes(account: unknown, owner: string): Uint8Array | undefined {
  const { data, owner: found } = isObject(account) ? account : {};
  if (!Array.isArray(data) || typeof data[0] !== 'string' || data[1] !== 'base64' || typeof found !== 'string') {
    throw unreadable('getAccountInfo', 'no account in base64');
  }
  if (found !== owner) return undefined;
  try {
    return base64.decode(data[0]);
  } catch {
    throw unreadable('getAccountInfo', 'data that is not base64');
  }
}

/** The same keys have the same addresses on all clusters, so a test transaction on the wrong node would move real coins. */
export async function checkCluster(node: NodeClient, network: Network): Promise<void> {
  const genesis = await node.rpc('getGenesisHash', []);
  if (typeof genesis !== 'string' || !isHash(genesis)) throw unreadable('getGenesisHash', 'no hash');
  // A private cluster is used for tests.
  const found = clusters.get(genesis) ?? 'testnet';
  if (found === network) return;
  throw new CustosError(
    'NETWORK_MISMATCH',
    `the SOL node belongs to a ${found}, and the transaction to the ${network}`,
  );
}

function isHash(text: string): boolean {
  try {
    return readAddress(text).length === 32;
  } catch {
    return false;
  }
}

/** The error for a node's answer that cannot be read. */
export function unreadable(method: string, what: string): CustosError {
  return new CustosError('NODE_ANSWER_INVALID', `the SOL node answered ${method} with ${what}`);
}
