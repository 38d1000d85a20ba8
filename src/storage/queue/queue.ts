import { randomBytes } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { type Clock, systemClock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { SignatureId } from '../../core/ids.js';
import { chunks } from '../../core/pages.js';
import type {
  Idempotency,
  NewQueuedTransaction,
  PendingFilter,
  Queue,
  QueuedTransaction,
  ReportedError,
  SpentFilter,
} from '../../core/store/queue.js';
import type { DialectName } from '../database.js';
import { isPostgresUrl, refuseOtherUrl } from '../location.js';
import { isUniqueViolation, openDatabase } from '../open-database.js';
import type { QueueTables } from '../schema.js';
import { databaseError } from '../sqlite/errors.js';
import { type Change, claim, complete, findToChange, insertHashes, remove, report, send } from './changes.js';
import { countWaiting, findUnclaimed } from './counts.js';
import { prepareQueue } from './format.js';
import { type QueueRow, toQueued } from './rows.js';

/** Values in one `in (…)` list, well below what databases allow. */
const LIST_SIZE = 500;

type Tables = Kysely<QueueTables>;

/**
 * Opens the gateway's queue, and makes the file (mode 0600) or the tables if they do not exist.
 * @param location - path of its own SQLite file, or a `postgres://` URL of a database that may also hold a store
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
  const change = (id: string, make: (tables: Tables, found: Change) => Promise<void>) =>
    database.write(async (tables) => make(tables, await findToChange(tables, id, database.dialect)));
  return {
    enqueue: (transaction) =>
      database.write((tables) => enqueue(tables, transaction, { dialect: database.dialect, now: clock.now() })),
    repeated: (idempotency) => database.read((tables) => repeated(tables, idempotency)),
    spent: (filter) => database.read(async (tables) => new Set((await spentBy(tables, filter)).keys())),
    pending: (filter) => database.read((tables) => pending(tables, filter)),
    get: (id) => database.read((tables) => get(tables, id)),
    sent: (id, txId) => change(id, (tables, found) => send(tables, found, txId)),
    complete: (id, txId, closedBy) => change(id, (tables, found) => complete(tables, found, { txId, closedBy })),
    remove: (id) => change(id, remove),
    claimed: (ids) =>
      database.write(async (tables) => {
        for (const list of chunks(ids, LIST_SIZE)) await claim(tables, list, clock.now());
      }),
    report: (reports) =>
      database.write(async (tables) => {
        const at = clock.now();
        for (const said of reports) {
          await report(tables, await findToChange(tables, said.id, database.dialect), { said, at });
        }
      }),
    waiting: (network) => database.read((tables) => countWaiting(tables, network)),
    unclaimed: (filter) => database.read((tables) => findUnclaimed(tables, filter)),
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
  const row = await tables
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
      claimed_at: null,
      failed_at: null,
      closed_by: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await insertHashes(tables, row);
  const { seq } = row;
  for (const output of spends) await spend(tables, { chain, network, output, seq });
  if (idempotency) {
    const { key, digest } = idempotency;
    await tables.insertInto('idempotency_keys').values({ key, digest, pending_id: id }).execute();
  }
  return id;
}

/** If two gateways get the same key at the same time, the second waits for the first and then finds it. */
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

/** The spent outputs, each with the place of the spending transaction. */
async function spentBy(tables: Tables, { chain, network, outputs }: SpentFilter): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const list of chunks(outputs, LIST_SIZE)) {
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
  for (const list of chunks(places, LIST_SIZE)) rows.push(...(await ofChain().where('seq', 'in', list).execute()));
  return withErrors(
    tables,
    rows.sort((one, other) => one.seq - other.seq),
  );
}

async function placesOf(tables: Tables, filter: PendingFilter, ids: readonly SignatureId[]): Promise<number[]> {
  const places = new Set<number>();
  for (const list of chunks([...new Set(ids)], LIST_SIZE)) {
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

function find(tables: Tables, id: string): Promise<QueueRow | undefined> {
  return tables.selectFrom('pending_transactions').selectAll().where('id', '=', id).executeTakeFirst();
}

async function withErrors(tables: Tables, rows: readonly QueueRow[]): Promise<QueuedTransaction[]> {
  const errors = new Map<string, ReportedError[]>();
  for (const list of chunks(
    rows.map(({ id }) => id),
    LIST_SIZE,
  )) {
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
