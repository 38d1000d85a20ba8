import { randomBytes } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { type Clock, systemClock } from '../core/clock.js';
import { CustosError } from '../core/errors.js';
import type { SignatureId } from '../core/ids.js';
import type {
  Idempotency,
  NewQueuedTransaction,
  PendingFilter,
  Queue,
  QueuedState,
  QueuedTransaction,
  ReportedError,
  SpentFilter,
} from '../core/queue.js';
import { type DialectName, openDatabase } from './database.js';
import type { QueueTables } from './migrations/queue-0001-first.js';
import { isPostgresUrl, refuseOtherUrl } from './postgres-url.js';
import { prepareQueue } from './queue-format.js';
import { type QueueRow, toQueued } from './queue-rows.js';
import { databaseError } from './sqlite-errors.js';
import { isUniqueViolation } from './unique-violation.js';

/** Values in one `in (…)` list, well below what databases allow. */
const LIST_SIZE = 500;
/** Errors that are kept of one pending transaction, and the length of each in characters. */
const MAX_ERRORS = 20;
const MAX_ERROR_LENGTH = 4000;

type Tables = Kysely<QueueTables>;

/**
 * Opens the gateway's queue, and makes the file (mode 0600) or the tables when there are none.
 * @param location - path of its SQLite file, which is the queue's own, or a `postgres://` URL, where it may lie beside a store
 * @throws CustosError STORE_FOREIGN, STORE_DAMAGED, STORE_NEWER, STORE_FULL, STORE_READ_ONLY, STORE_UNREACHABLE, STORE_UNSUPPORTED
 */
export async function openQueue(location: string, clock: Clock = systemClock): Promise<Queue> {
  await makeFile(location);
  const database = await openDatabase<QueueTables>(location);
  try {
    await prepareQueue(database, location);
  } catch (error) {
    await database.close();
    throw error;
  }
  return {
    enqueue: (transaction) =>
      database.write((tables) => enqueue(tables, transaction, { dialect: database.dialect, now: clock.now() })),
    repeated: (idempotency) => database.read((tables) => repeated(tables, idempotency)),
    spent: (filter) => database.read(async (tables) => new Set((await spentBy(tables, filter)).keys())),
    pending: (filter) => database.read((tables) => pending(tables, filter)),
    get: (id) => database.read((tables) => get(tables, id)),
    complete: (id, txId) =>
      database.write(async (tables) =>
        complete(tables, await findToChange(tables, id, database.dialect), { id, txId }),
      ),
    remove: (id) =>
      database.write(async (tables) => remove(tables, await findToChange(tables, id, database.dialect), id)),
    report: (errors) =>
      database.write(async (tables) => {
        for (const { id, error } of errors) {
          if (await findToChange(tables, id, database.dialect)) await report(tables, id, { at: clock.now(), error });
        }
      }),
    close: () => database.close(),
  };
}

async function makeFile(location: string): Promise<void> {
  if (isPostgresUrl(location)) return;
  refuseOtherUrl(location);
  try {
    await mkdir(dirname(location), { recursive: true, mode: 0o700 });
    await (await open(location, 'wx', 0o600)).close();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    throw databaseError(error, location);
  }
}

async function enqueue(
  tables: Tables,
  transaction: NewQueuedTransaction,
  { dialect, now }: { dialect: DialectName; now: number },
): Promise<string> {
  const { chain, network, hashes, index, signatures = [], spends = [], idempotency } = transaction;
  if (idempotency && dialect === 'postgres') await lockKey(tables, idempotency.key);
  const known = idempotency && (await repeated(tables, idempotency));
  if (known !== undefined) return known;
  const [taken] = await spentBy(tables, { chain, network, outputs: spends });
  if (taken !== undefined)
    throw new CustosError('STATE_CONFLICT', `${taken[0]} is spent by another pending transaction`);
  const id = randomBytes(12).toString('hex');
  const { seq } = await tables
    .insertInto('pending_transactions')
    .values({
      id,
      chain,
      network,
      hashes: JSON.stringify(hashes),
      key_index: index ?? null,
      signatures: signatures.length === 0 ? null : JSON.stringify(signatures),
      serialized: transaction.serializedTransaction,
      state: 'pending',
      tx_id: null,
      created_at: now,
    })
    .returning('seq')
    .executeTakeFirstOrThrow();
  for (const signature_id of new Set([...hashes, ...signatures.map(({ signatureId }) => signatureId)])) {
    await tables.insertInto('pending_hashes').values({ signature_id, chain, network, seq }).execute();
  }
  for (const output of spends) await spend(tables, { chain, network, output, seq });
  if (idempotency) {
    const { key, digest } = idempotency;
    await tables.insertInto('idempotency_keys').values({ key, digest, pending_id: id }).execute();
  }
  return id;
}

/** The same key at two gateways at the same time: the second waits for the first, and then finds it. */
async function lockKey(tables: Tables, key: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(tables);
}

async function spend(tables: Tables, row: QueueTables['spent_outputs']): Promise<void> {
  try {
    await tables.insertInto('spent_outputs').values(row).execute();
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new CustosError('STATE_CONFLICT', `${row.output} is spent by another pending transaction`, { cause });
  }
}

async function repeated(tables: Tables, { key, digest }: Idempotency): Promise<string | undefined> {
  const known = await tables.selectFrom('idempotency_keys').selectAll().where('key', '=', key).executeTakeFirst();
  if (!known) return undefined;
  if (known.digest === digest) return known.pending_id;
  throw new CustosError('IDEMPOTENCY_CONFLICT', 'the idempotency key was used for another request');
}

/** The outputs that are spent, each with the place of the transaction that does. */
async function spentBy(tables: Tables, { chain, network, outputs }: SpentFilter): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const list of lists(outputs)) {
    const rows = await tables
      .selectFrom('spent_outputs')
      .select(['output', 'seq'])
      .where('chain', '=', chain)
      .where('network', '=', network)
      .where('output', 'in', list)
      .execute();
    for (const { output, seq } of rows) found.set(output, seq);
  }
  return found;
}

async function pending(tables: Tables, filter: PendingFilter): Promise<readonly QueuedTransaction[]> {
  const { chain, network, signatureIds } = filter;
  const ofChain = () =>
    tables
      .selectFrom('pending_transactions')
      .selectAll()
      .where('state', '=', 'pending')
      .where('chain', '=', chain)
      .where('network', '=', network);
  if (!signatureIds) return withErrors(tables, await ofChain().orderBy('seq').execute());
  const places = await placesOf(tables, filter, signatureIds);
  const rows: QueueRow[] = [];
  for (const list of lists(places)) rows.push(...(await ofChain().where('seq', 'in', list).execute()));
  return withErrors(
    tables,
    rows.sort((one, other) => one.seq - other.seq),
  );
}

async function placesOf(tables: Tables, filter: PendingFilter, ids: readonly SignatureId[]): Promise<number[]> {
  const places = new Set<number>();
  for (const list of lists([...new Set(ids)])) {
    const found = await tables
      .selectFrom('pending_hashes')
      .select('seq')
      .where('signature_id', 'in', list)
      .where('chain', '=', filter.chain)
      .where('network', '=', filter.network)
      .execute();
    for (const { seq } of found) places.add(seq);
  }
  return [...places];
}

async function get(tables: Tables, id: string): Promise<QueuedTransaction | undefined> {
  const row = await find(tables, id);
  return row && (await withErrors(tables, [row]))[0];
}

async function complete(
  tables: Tables,
  row: QueueRow | undefined,
  { id, txId }: { id: string; txId: string },
): Promise<void> {
  if (!row || row.state === 'deleted') throw missing(id);
  if (row.state === 'completed') {
    if (row.tx_id === txId) return;
    throw new CustosError('STATE_CONFLICT', `the pending transaction ${id} was completed with another txId`);
  }
  await end(tables, row, { state: 'completed', tx_id: txId });
}

async function remove(tables: Tables, row: QueueRow | undefined, id: string): Promise<void> {
  if (!row || row.state === 'deleted') throw missing(id);
  if (row.state === 'completed') {
    throw new CustosError('STATE_CONFLICT', `the pending transaction ${id} is completed and stays so`);
  }
  await end(tables, row, { state: 'deleted' });
  await tables.deleteFrom('spent_outputs').where('seq', '=', row.seq).execute();
}

async function end(tables: Tables, row: QueueRow, change: { state: QueuedState; tx_id?: string }): Promise<void> {
  await tables.updateTable('pending_transactions').set(change).where('seq', '=', row.seq).execute();
  await tables.deleteFrom('pending_hashes').where('seq', '=', row.seq).execute();
}

async function report(tables: Tables, id: string, reported: ReportedError): Promise<void> {
  const error = reported.error.slice(0, MAX_ERROR_LENGTH);
  const kept = await tables
    .selectFrom('reported_errors')
    .select(['place', 'error'])
    .where('pending_id', '=', id)
    .orderBy('place')
    .execute();
  if (kept.some((one) => one.error === error)) return;
  const place = (kept.at(-1)?.place ?? 0) + 1;
  await tables.insertInto('reported_errors').values({ pending_id: id, place, at: reported.at, error }).execute();
  await tables
    .deleteFrom('reported_errors')
    .where('pending_id', '=', id)
    .where('place', '<=', place - MAX_ERRORS)
    .execute();
}

function find(tables: Tables, id: string): Promise<QueueRow | undefined> {
  return tables.selectFrom('pending_transactions').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Other gateways wait until this one has made its change; on SQLite they do so anyway. */
function findToChange(tables: Tables, id: string, dialect: DialectName): Promise<QueueRow | undefined> {
  const query = tables.selectFrom('pending_transactions').selectAll().where('id', '=', id);
  return (dialect === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
}

async function withErrors(tables: Tables, rows: readonly QueueRow[]): Promise<QueuedTransaction[]> {
  const errors = new Map<string, ReportedError[]>();
  for (const list of lists(rows.map(({ id }) => id))) {
    const found = await tables
      .selectFrom('reported_errors')
      .selectAll()
      .where('pending_id', 'in', list)
      .orderBy('place')
      .execute();
    for (const { pending_id, at, error } of found) {
      errors.set(pending_id, [...(errors.get(pending_id) ?? []), { at, error }]);
    }
  }
  return rows.map((row) => toQueued(row, errors.get(row.id) ?? []));
}

function missing(id: string): CustosError {
  return new CustosError('KMS_MISSING', `no such KMS signature with id '${id}'`);
}

function* lists<T>(values: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < values.length; start += LIST_SIZE) yield values.slice(start, start + LIST_SIZE);
}
