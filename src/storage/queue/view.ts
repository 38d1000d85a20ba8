import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { defaultTenant, type SignatureId, type TenantId } from '../../core/ids.js';
import { chunks } from '../../core/pages.js';
import type {
  Idempotency,
  NewQueuedTransaction,
  PendingFilter,
  QueuedTransaction,
  QueueView,
  ReportedError,
  SpentFilter,
} from '../../core/store/queue.js';
import type { Database, DialectName } from '../database.js';
import { isUniqueViolation } from '../open-database.js';
import { type Change, claim, complete, findToChange, insertHashes, remove, report, rowsOf, send } from './changes.js';
import { type QueueRow, toQueued } from './rows.js';
import type { QueueTables } from './schema.js';

/** Values in one `in (…)` list, well below what databases allow. */
const LIST_SIZE = 500;

type Tables = Kysely<QueueTables>;

interface ViewParts {
  readonly database: Database<QueueTables>;
  readonly clock: Clock;
  /** Absent: they see what all hand in. */
  readonly tenant?: TenantId;
  /** Called when it is durable that a transaction ended or that its daemon reported an error. */
  onEnd(id: string): void;
}

/** The queue as those see it who belong to a tenant, or to none. */
export function viewOf({ database, clock, tenant, onEnd }: ViewParts): QueueView {
  const { dialect } = database;
  const find = (tables: Tables, id: string) => findToChange(tables, { id, tenant }, dialect);
  const change = (id: string, make: (tables: Tables, found: Change) => Promise<void>) =>
    database.write(async (tables) => make(tables, await find(tables, id)));
  const own = tenant ?? defaultTenant;
  return {
    enqueue: (transaction) =>
      database.write((tables) => enqueue(tables, transaction, { dialect, now: clock.now(), tenant: own })),
    repeated: (idempotency) => database.read((tables) => repeated(tables, own, idempotency)),
    spent: (filter) => database.read(async (tables) => new Set((await spentBy(tables, filter)).keys())),
    pending: (filter) => database.read((tables) => pending(tables, filter, tenant)),
    get: (id) => database.read((tables) => get(tables, id, tenant)),
    sent: (id, txId) => change(id, (tables, found) => send(tables, found, txId)),
    async complete(id, txId, closedBy) {
      await change(id, (tables, found) => complete(tables, found, { txId, closedBy, at: clock.now() }));
      onEnd(id);
    },
    remove: (id) => change(id, remove),
    claimed: (ids) =>
      database.write(async (tables) => {
        for (const list of chunks(ids, LIST_SIZE)) await claim(tables, list, clock.now());
      }),
    async report(reports) {
      await database.write(async (tables) => {
        const at = clock.now();
        for (const said of reports) await report(tables, await find(tables, said.id), { said, at });
      });
      for (const { id } of reports) onEnd(id);
    },
  };
}

async function enqueue(
  tables: Tables,
  transaction: NewQueuedTransaction,
  { dialect, now, tenant }: { readonly dialect: DialectName; readonly now: number; readonly tenant: TenantId },
): Promise<string> {
  const { chain, network, hashes, index, signatures = [], spends = [], idempotency } = transaction;
  if (idempotency && dialect === 'postgres') await lockKey(tables, idempotency.key);
  const known = idempotency && (await repeated(tables, tenant, idempotency));
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
      tenant,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await insertHashes(tables, row);
  const { seq } = row;
  for (const output of spends) await spend(tables, { chain, network, output, seq });
  if (idempotency) {
    const { key, digest } = idempotency;
    await tables.insertInto('idempotency_keys').values({ tenant, key, digest, pending_id: id }).execute();
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

async function repeated(tables: Tables, tenant: TenantId, { key, digest }: Idempotency): Promise<string | undefined> {
  const ofTenant = tables.selectFrom('idempotency_keys').selectAll().where('tenant', '=', tenant);
  const known = await ofTenant.where('key', '=', key).executeTakeFirst();
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

async function pending(
  tables: Tables,
  filter: PendingFilter,
  tenant: TenantId | undefined,
): Promise<readonly QueuedTransaction[]> {
  const { chain, network, signatureIds } = filter;
  const ofChain = () =>
    tables
      .selectFrom('pending_transactions')
      .selectAll()
      .where('state', '=', 'pending')
      .where('chain', '=', chain)
      .where('network', '=', network)
      .$if(tenant !== undefined, (query) => query.where('tenant', '=', tenant ?? ''));
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

async function get(tables: Tables, id: string, tenant: TenantId | undefined): Promise<QueuedTransaction | undefined> {
  const row = await rowsOf(tables, { id, tenant }).executeTakeFirst();
  return row && (await withErrors(tables, [row]))[0];
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
