import { type Expression, type ExpressionBuilder, sql } from 'kysely';
import { CustosError } from '../../core/errors.js';
import { chunks } from '../../core/pages.js';
import type { PendingTransaction } from '../../core/signing/pending.js';
import {
  type ClaimResult,
  isDue,
  isSent,
  type JournalEntry,
  LEASE_TIME,
  type Lease,
  unsignedStates,
} from '../../core/store/journal.js';
import { noteEvent } from '../events/written.js';
import { rowsInsert } from '../rows-insert.js';
import type { StoreTables } from '../schema.js';
import { busyLines } from './busy.js';
import { addEvent, followers, insertLines, leaseLost, type Tables } from './entries.js';
import { newRow, payloadDigest, toEntry } from './rows.js';
import { changed, type JournalSeal, readSealed, sealOf } from './seal.js';

type Row = StoreTables['transactions'];
type Line = StoreTables['transaction_events'];

/** Who takes leases, and when. */
export interface Holder {
  /** Name of the process, different for each. */
  readonly owner: string;
  readonly now: number;
  /** True if other machines use the same database (PostgreSQL). */
  readonly shared: boolean;
}

/** Name of the claims' lock in PostgreSQL: the letters CUSC. */
const CLAIM_LOCK = 0x43555343;

/** The lease columns of a transaction without a holder. */
export const unleased = { lease_owner: null, lease_expires_at: null } as const;

/**
 * Writes new pending transactions, and takes those that are due, not ended and not held, if no one else serves their sender.
 * @returns one result for each, in order
 */
export async function claimAll(
  db: Tables,
  pending: readonly PendingTransaction[],
  holder: Holder,
): Promise<ClaimResult[]> {
  const first = new Map(pending.toReversed().map((item) => [item.id, item]));
  const single = pending.filter((item) => first.get(item.id) === item);
  const results = new Map<string, ClaimResult>();
  if (holder.shared) await lockClaims(db);
  const busy = await busyLines(db, endsAt(holder));
  for (const part of chunks(single, 500)) {
    const known = await knownRows(db, part, holder);
    const fresh = await addRows(db, part, { known, busy, holder });
    for (const item of part) results.set(item.id, await claimOne(db, item, { known, fresh, busy, holder }));
  }
  return pending.map((item) => {
    const result = results.get(item.id);
    const one = first.get(item.id);
    if (result === undefined || one === undefined) throw new CustosError('INTERNAL', `no journal row for ${item.id}`);
    return item === one ? result : repeated(result, payloadDigest(item) === payloadDigest(one));
  });
}

/**
 * Lets one process at a time claim or reserve budgets on a shared database, so that each sees what the one before wrote. Ends with
 * the transaction. It is one lock for both, because a process writes both in one transaction, in any order.
 */
export async function lockClaims(db: Tables): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${sql.lit(CLAIM_LOCK)})`.execute(db);
}

interface Known {
  readonly rows: ReadonlyMap<string, Row>;
  /** Those that no other transaction of the database is writing just now. */
  readonly unlocked: ReadonlySet<string>;
  /** Ids with a story but without a row: the row was removed, and the transaction may have been paid. */
  readonly lost: ReadonlySet<string>;
}

async function knownRows(db: Tables, part: readonly PendingTransaction[], { shared }: Holder): Promise<Known> {
  const ids = part.map(({ id }) => id);
  const all = db.selectFrom('transactions').selectAll().where('id', 'in', ids);
  const rows = await all.execute();
  const known = new Map(rows.map((row) => [row.id, row]));
  const lost = await lostRows(
    db,
    ids.filter((id) => !known.has(id)),
  );
  if (!shared || known.size === 0) return { rows: known, unlocked: new Set(known.keys()), lost };
  const free = await all.forUpdate().skipLocked().execute();
  // Rows that were read under the lock are current.
  for (const row of free) known.set(row.id, row);
  return { rows: known, unlocked: new Set(free.map(({ id }) => id)), lost };
}

async function lostRows(db: Tables, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (!sealOf(db).isOpen || ids.length === 0) return new Set();
  const lines = db.selectFrom('transaction_events').select('transaction_id').distinct();
  const rows = await lines.where('transaction_id', 'in', ids).execute();
  return new Set(rows.map(({ transaction_id }) => transaction_id));
}

interface Claiming {
  readonly known: Known;
  readonly busy: ReadonlySet<string | null>;
  readonly holder: Holder;
}

async function addRows(
  db: Tables,
  part: readonly PendingTransaction[],
  { known, busy, holder }: Claiming,
): Promise<ReadonlyMap<string, Row>> {
  const seal = sealOf(db);
  const fresh = part
    .filter(({ id }) => !known.rows.has(id) && !known.lost.has(id))
    .map((item) => newRow(item, holder.now));
  for (const row of fresh) {
    Object.assign(row, busy.has(row.line) ? unleased : held(holder));
    row.mac = seal.of('transactions', row);
  }
  const lines = fresh.map((row) => claimedLine(seal, row, holder.now));
  await insertTransactions(db, fresh);
  await insertLines(db, lines);
  for (const row of fresh) {
    noteEvent(db, row.id);
    seal.remember(row);
  }
  return new Map(fresh.map((row) => [row.id, row]));
}

const insertTransactions = rowsInsert(
  (db: Tables, rows: readonly Row[]) => db.insertInto('transactions').values(rows),
  64,
);

/** If a claim has the same id twice, the second gets no lease, so that only one is worked on. */
function repeated(result: ClaimResult, same: boolean): ClaimResult {
  return result.kind === 'damaged' ? result : { kind: same ? 'known' : 'changed', entry: result.entry };
}

function claimedLine(seal: JournalSeal, { id, digest }: Row, at: number): Line {
  const fact = JSON.stringify({ digest });
  const line = { transaction_id: id, place: 1, at, event: 'claimed', fact, mac: null, seq: 0, feed: null };
  return { ...line, mac: seal.of('transaction_events', line) };
}

async function claimOne(
  db: Tables,
  pending: PendingTransaction,
  { known, fresh, busy, holder }: Claiming & { fresh: ReadonlyMap<string, Row> },
): Promise<ClaimResult> {
  const added = fresh.get(pending.id);
  if (added !== undefined) {
    const entry = toEntry(added);
    if (added.lease_owner === null) return { kind: 'known', entry };
    return { kind: 'claimed', entry, lease: { id: added.id, generation: added.generation } };
  }
  if (known.lost.has(pending.id)) return { kind: 'damaged', error: changed(pending.id) };
  const row = known.rows.get(pending.id);
  if (row === undefined) throw new CustosError('INTERNAL', `no journal row for ${pending.id}`);
  const read = readSealed(db, row);
  if (read.kind === 'damaged') return read;
  const { entry } = read;
  if (row.digest !== payloadDigest(pending)) return { kind: 'changed', entry };
  const isFree = known.unlocked.has(row.id) && (isSent(entry.state) || !busy.has(row.line));
  const isOpen = followers[entry.state].length > 0 && isDue(entry.nextAttemptAt, holder.now);
  const lease = isFree && isOpen ? await takeLease(db, row, holder) : undefined;
  return lease === undefined
    ? { kind: 'known', entry }
    : { kind: 'known', entry: { ...entry, generation: lease.generation }, lease };
}

/**
 * Takes a transaction, unless another owner holds it and may still be working. The generation grows, so that the former holder
 * cannot write any more.
 */
async function takeLease(db: Tables, row: Row, holder: Holder): Promise<Lease | undefined> {
  const { id, generation } = row;
  const seal = sealOf(db);
  // The former holder is dead or cut off: the story says why the work starts again.
  const isTakenOver = row.lease_owner !== null && row.lease_owner !== holder.owner;
  const events = Number(row.events) + (isTakenOver ? 1 : 0);
  const place = seal.isOpen ? { place: events } : {};
  const next = { ...row, events, generation: generation + 1, ...held(holder) };
  const mac = seal.of('transactions', next);
  const result = await db
    .updateTable('transactions')
    .set({ generation: generation + 1, ...held(holder), events, mac })
    .where('id', '=', id)
    .where('generation', '=', generation)
    .$if(seal.isOpen, (query) => query.where('mac', '=', row.mac))
    .where(isFree(holder))
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) return undefined;
  seal.remember({ ...next, mac });
  if (isTakenOver) await addEvent(db, { id, at: holder.now, event: 'taken over', fact: {}, ...place });
  return { id, generation: generation + 1 };
}

/** Takes an unsigned transaction from its holder, for a person who ends it. @throws CustosError STATE_CONFLICT */
export async function seizeLease(db: Tables, { id, generation }: JournalEntry, holder: Holder): Promise<Lease> {
  await sealOf(db).touch(db, id);
  const result = await db
    .updateTable('transactions')
    .set({ generation: generation + 1, ...held(holder) })
    .where('id', '=', id)
    .where('generation', '=', generation)
    .where('state', 'in', unsignedStates)
    .executeTakeFirst();
  if (result.numUpdatedRows === 1n) return { id, generation: generation + 1 };
  throw new CustosError('STATE_CONFLICT', `transaction ${id} has changed in the meantime`);
}

/** Extends the lease of a transaction by `LEASE_TIME`. @throws CustosError LEASE_LOST */
export async function renewLease(db: Tables, lease: Lease, holder: Holder): Promise<void> {
  await updateHeld(db, { lease, holder }, held(holder));
}

/** Changes a transaction for the process that holds it. @throws CustosError LEASE_LOST */
export async function updateHeld(
  db: Tables,
  { lease, holder }: { readonly lease: Lease; readonly holder: Holder },
  change: Partial<Row>,
): Promise<void> {
  const result = await db
    .updateTable('transactions')
    .set(change)
    .where('id', '=', lease.id)
    .where('generation', '=', lease.generation)
    .where('lease_owner', '=', holder.owner)
    .executeTakeFirst();
  if (result.numUpdatedRows === 1n) return;
  throw leaseLost(lease);
}

/** Extends all leases of a process. */
export async function keepLeases(db: Tables, holder: Holder): Promise<void> {
  await db.updateTable('transactions').set(held(holder)).where('lease_owner', '=', holder.owner).execute();
}

/** Ends all leases. Only for a caller that knows that no other process works on the journal. */
export async function endLeases(db: Tables): Promise<void> {
  await db.updateTable('transactions').set(unleased).where('lease_owner', 'is not', null).execute();
}

/** The lease of a process, from now on. */
export function held({ owner, now }: Holder) {
  return { lease_owner: owner, lease_expires_at: now + LEASE_TIME };
}

/** Rows without another holder. */
export function isFree({ owner, now }: Holder) {
  return isFreeAt({ owner, now, wrong: wrongEnd(now) });
}

/** Which leases of others count. */
export function endsAt({ owner, now }: Holder) {
  return { owner, now, wrong: wrongEnd(now) };
}

/** No lease may end later than this: a clock that was set back must not protect a dead owner's leases. */
export function wrongEnd(now: number): number {
  return now + 2 * LEASE_TIME;
}

/** As `isFree`, for values or for the holes of a compiled query. */
export function isFreeAt(at: {
  readonly owner: string | Expression<string>;
  readonly now: number | Expression<number>;
  readonly wrong: number | Expression<number>;
}) {
  return (row: ExpressionBuilder<StoreTables, 'transactions'>) =>
    row.or([
      row('lease_owner', 'is', null),
      row('lease_owner', '=', at.owner),
      row('lease_expires_at', '<=', at.now),
      row('lease_expires_at', '>', at.wrong),
    ]);
}

/** Rows that no process works on: they have no holder, or their holder has been silent for too long. */
export function isAbandoned({ owner, now }: Holder) {
  return isAbandonedAt({ owner, now, wrong: wrongEnd(now) });
}

/** As `isAbandoned`, for values or for the holes of a compiled query. */
export function isAbandonedAt(at: Parameters<typeof isFreeAt>[0]) {
  return (row: ExpressionBuilder<StoreTables, 'transactions'>) =>
    row.or([row('lease_owner', 'is', null), row.and([row('lease_owner', '!=', at.owner), isFreeAt(at)(row)])]);
}
