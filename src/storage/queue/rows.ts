import type { Selectable } from 'kysely';
import { CustosError } from '../../core/errors.js';
import { type Network, parseChainId, parseIndex, parseSignatureId } from '../../core/ids.js';
import type { KeyRef } from '../../core/signing/wallet.js';
import {
  type Closer,
  type QueuedState,
  type QueuedTransaction,
  queuedStates,
  type ReportedError,
} from '../../core/store/queue.js';
import type { QueueTables } from './schema.js';

/** A pending transaction in the queue. */
export type QueueRow = Selectable<QueueTables['pending_transactions']>;

/** @throws CustosError STORE_DAMAGED: the row holds values that Custos never writes */
export function toQueued(row: QueueRow, errors: readonly ReportedError[]): QueuedTransaction {
  const hashes: unknown = JSON.parse(row.hashes);
  if (!Array.isArray(hashes)) throw damaged(row);
  return {
    id: row.id,
    chain: parseChainId(row.chain),
    network: parseNetwork(row),
    hashes: hashes.map(parseSignatureId),
    ...(row.key_index !== null && { index: row.key_index }),
    ...(row.signatures !== null && { signatures: parseSignatures(row, row.signatures) }),
    serializedTransaction: row.serialized,
    state: parseState(row),
    ...(row.tx_id !== null && { txId: row.tx_id }),
    errors,
    createdAt: row.created_at,
    ...(row.claimed_at !== null && { claimedAt: row.claimed_at }),
    ...(row.failed_at !== null && { failedAt: row.failed_at }),
    ...(row.closed_by !== null && { closedBy: parseCloser(row, row.closed_by) }),
  };
}

function parseSignatures(row: QueueRow, text: string): KeyRef[] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw damaged(row);
  return list.map((one: { signatureId?: unknown; index?: unknown }) => ({
    signatureId: parseSignatureId(one.signatureId),
    ...(one.index !== undefined && { index: parseIndex(one.index) }),
  }));
}

function parseNetwork(row: QueueRow): Network {
  if (row.network === 'mainnet' || row.network === 'testnet') return row.network;
  throw damaged(row);
}

function parseState(row: QueueRow): QueuedState {
  const state = queuedStates.find((known) => known === row.state);
  if (state === undefined) throw damaged(row);
  return state;
}

function parseCloser(row: QueueRow, text: string): Closer {
  if (text === 'daemon' || text === 'gateway') return text;
  throw damaged(row);
}

function damaged(row: QueueRow): CustosError {
  return new CustosError('STORE_DAMAGED', `the pending transaction ${row.id} of the queue cannot be read`);
}
