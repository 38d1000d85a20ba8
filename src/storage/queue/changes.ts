import type { Kysely } from 'kysely';
import { CustosError } from '../../core/errors.js';
import type { TenantId } from '../../core/ids.js';
import type { Closer, DaemonReport } from '../../core/store/queue.js';
import type { DialectName } from '../database.js';
import { announce } from './announce.js';
import type { QueueRow } from './rows.js';
import type { QueueTables } from './schema.js';

/** Most errors that are kept for one pending transaction, and the length of each in characters. */
const MAX_ERRORS = 20;
const MAX_ERROR_LENGTH = 4000;

type Tables = Kysely<QueueTables>;

/** A row that will be changed, with the requested id. */
export interface Change {
  readonly id: string;
  readonly row: QueueRow | undefined;
}

/** Whose transaction is meant. */
interface Wanted {
  readonly id: string;
  /** Undefined: anybody's. */
  readonly tenant: TenantId | undefined;
}

/** The row of a transaction, if it is there for the tenant. */
export function rowsOf(tables: Tables, { id, tenant }: Wanted) {
  const query = tables.selectFrom('pending_transactions').selectAll().where('id', '=', id);
  return tenant === undefined ? query : query.where('tenant', '=', tenant);
}

/** Other gateways wait until this one has made its change; on SQLite they do so anyway. */
export async function findToChange(tables: Tables, wanted: Wanted, dialect: DialectName): Promise<Change> {
  const { id } = wanted;
  const query = rowsOf(tables, wanted);
  return { id, row: await (dialect === 'postgres' ? query.forUpdate() : query).executeTakeFirst() };
}

/** @throws CustosError KMS_MISSING, STATE_CONFLICT */
export async function complete(
  tables: Tables,
  change: Change,
  { txId, closedBy, at }: { readonly txId: string; readonly closedBy: Closer; readonly at: number },
): Promise<void> {
  const row = existing(change);
  if (row.state === 'completed' && row.tx_id === txId) return;
  refuseOther(row, txId);
  await end(tables, row, { state: 'completed', tx_id: txId, closed_by: closedBy });
  await announce(tables, row, { kind: 'completed', at, said: { txId } });
}

/** @throws CustosError KMS_MISSING, STATE_CONFLICT */
export async function send(tables: Tables, change: Change, txId: string): Promise<void> {
  const row = existing(change);
  refuseOther(row, txId);
  if (row.state === 'pending') await end(tables, row, { state: 'broadcast', tx_id: txId });
}

/** @throws CustosError KMS_MISSING, STATE_CONFLICT */
export async function remove(tables: Tables, change: Change): Promise<void> {
  const row = existing(change);
  if (row.state !== 'pending') {
    throw new CustosError('STATE_CONFLICT', `the pending transaction ${row.id} was sent and cannot be withdrawn`);
  }
  await end(tables, row, { state: 'deleted' });
  await tables.deleteFrom('spent_outputs').where('seq', '=', row.seq).execute();
}

/** Keeps a daemon's report about a transaction; ignores an unknown one. */
export async function report(
  tables: Tables,
  { row }: Change,
  { said, at }: { readonly said: DaemonReport; readonly at: number },
): Promise<void> {
  if (row === undefined) return;
  const error = said.error.slice(0, MAX_ERROR_LENGTH);
  const isNew = await keepError(tables, row.id, { error, at });
  if (isFailure(row, said, isNew)) await announce(tables, row, { kind: 'failed', at, said: { error } });
  const failed_at = said.final === true ? at : null;
  if (row.failed_at !== failed_at) {
    await tables.updateTable('pending_transactions').set({ failed_at }).where('seq', '=', row.seq).execute();
  }
  if (said.reopens === true && row.state === 'broadcast') await reopen(tables, row);
}

/**
 * A daemon that says `final` goes on by itself until then. Of one that does not, every error that was not reported before is a
 * failure: nobody else says when it gives up.
 */
function isFailure(row: QueueRow, { final }: DaemonReport, isNew: boolean): boolean {
  if (row.state === 'completed' || row.state === 'deleted') return false;
  return final === undefined ? isNew : final && (isNew || row.failed_at === null);
}

/** Records the first fetch only. */
export async function claim(tables: Tables, ids: readonly string[], at: number): Promise<void> {
  await tables
    .updateTable('pending_transactions')
    .set({ claimed_at: at })
    .where('id', 'in', ids)
    .where('claimed_at', 'is', null)
    .execute();
}

function missing(id: string): CustosError {
  return new CustosError('KMS_MISSING', `no such KMS signature with id '${id}'`);
}

function existing({ id, row }: Change): QueueRow {
  if (row === undefined || row.state === 'deleted') throw missing(id);
  return row;
}

function refuseOther({ id, state, tx_id }: QueueRow, txId: string): void {
  if (tx_id === null || tx_id === txId) return;
  throw new CustosError('STATE_CONFLICT', `the pending transaction ${id} was ${state} with another txId`);
}

async function end(tables: Tables, row: QueueRow, change: Partial<QueueRow>): Promise<void> {
  await tables.updateTable('pending_transactions').set(change).where('seq', '=', row.seq).execute();
  await tables.deleteFrom('pending_hashes').where('seq', '=', row.seq).execute();
}

/** Its bytes are dead: daemons get it again. */
async function reopen(tables: Tables, row: QueueRow): Promise<void> {
  const change = { state: 'pending', tx_id: null };
  await tables.updateTable('pending_transactions').set(change).where('seq', '=', row.seq).execute();
  await insertHashes(tables, row);
}

/** Puts the wallets of a transaction into the index that polls use. */
export async function insertHashes(
  tables: Tables,
  { seq, chain, network, hashes, signatures }: Pick<QueueRow, 'seq' | 'chain' | 'network' | 'hashes' | 'signatures'>,
): Promise<void> {
  const plain: readonly string[] = JSON.parse(hashes);
  const indexed: readonly { signatureId: string }[] = JSON.parse(signatures ?? '[]');
  for (const signature_id of new Set([...plain, ...indexed.map(({ signatureId }) => signatureId)])) {
    await tables.insertInto('pending_hashes').values({ signature_id, chain, network, seq }).execute();
  }
}

/** @returns whether it was not among those that are kept */
async function keepError(tables: Tables, id: string, { error, at }: { error: string; at: number }): Promise<boolean> {
  const kept = await tables
    .selectFrom('reported_errors')
    .select(['place', 'error'])
    .where('pending_id', '=', id)
    .orderBy('place')
    .execute();
  if (kept.at(-1)?.error === error) return false;
  const isNew = kept.every((one) => one.error !== error);
  const place = (kept.at(-1)?.place ?? 0) + 1;
  // A repeated error becomes the last one.
  await tables.deleteFrom('reported_errors').where('pending_id', '=', id).where('error', '=', error).execute();
  await tables.insertInto('reported_errors').values({ pending_id: id, place, at, error }).execute();
  const oldest = [...kept.filter((one) => one.error !== error), { place }].at(-MAX_ERRORS - 1);
  if (oldest !== undefined) {
    const older = tables.deleteFrom('reported_errors').where('pending_id', '=', id);
    await older.where('place', '<=', oldest.place).execute();
  }
  return isNew;
}
