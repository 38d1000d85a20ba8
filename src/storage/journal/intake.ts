import { CustosError } from '../../core/errors.js';
import type { TenantId } from '../../core/ids.js';
import type { AcceptRequest } from '../../core/store/intake-facts.js';
import type { Accepted } from '../../core/store/journal.js';
import type { Idempotency } from '../../core/store/queue.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import { noteEvent } from '../events/written.js';
import { rowsInsert } from '../rows-insert.js';
import type { StoreTables } from '../schema.js';
import { isBusy } from './busy.js';
import { insertLines, type Tables } from './entries.js';
import { endsAt, type Holder, held, lockClaims } from './leases.js';
import { reserveOutputs } from './reservations.js';
import { requestRow, toEntry } from './rows.js';
import { sealOf } from './seal.js';

type Row = StoreTables['transactions'];

/** A refusal that undoes nothing: what else is written in the same database transaction stays. */
export type Answer = Accepted | CustosError;

/**
 * Writes a request with its story, its idempotency key and its outputs, or finds the row that has the key.
 * @param asked - `claims`: takes the lease of a new row, too, unless another process serves its sender
 * @throws CustosError OUTPUT_SPENT, OUTPUT_RESERVED: nothing is written
 */
export async function accept(
  db: Tables,
  { request, claims = false }: { readonly request: AcceptRequest; readonly claims?: boolean },
  holder: Holder,
): Promise<Answer> {
  const { tenant, idempotency, expiresAt, kind, delivery, spends = [] } = request;
  const { now } = holder;
  // No network takes a message: a door that asks for that is wrong.
  if (kind !== 'transaction' && delivery !== 'return') return new CustosError('INTERNAL', `a ${kind} is only returned`);
  if (expiresAt !== undefined && expiresAt <= now) {
    const known = idempotency && (await repeated(db, { tenant, idempotency }));
    return known ?? new CustosError('REQUEST_EXPIRED', 'the request expires before it could be accepted');
  }
  const seal = sealOf(db);
  const unclaimed = requestRow(request, now);
  const lease = claims ? await firstLease(db, unclaimed, holder) : undefined;
  const bare = lease === undefined ? unclaimed : { ...unclaimed, ...lease };
  const row = { ...bare, mac: seal.of('transactions', bare) };
  // Two processes may accept the same request at once: the database decides which row there is.
  if ((await insertIfNew(db, [row])) !== 1) return known(db, request);
  const line = { transaction_id: row.id, place: 1, at: now, event: 'accepted', fact: storyOf(request, row) };
  const bareLine = { ...line, mac: null, seq: 0, feed: null };
  noteEvent(db, row.id);
  await insertLines(db, [{ ...bareLine, mac: seal.of('transaction_events', bareLine) }]);
  const { id, chain, network } = row;
  if (spends.length > 0) await reserveOutputs(db, { id, chain, network, by: holder }, spends);
  const entry = toEntry(row, request.pending);
  if (lease === undefined) return { kind: 'accepted', entry };
  seal.remember(row);
  return { kind: 'accepted', entry, lease: { id, generation: row.generation } };
}

function storyOf({ pending: _pending, ...facts }: AcceptRequest, { digest }: Row): string {
  return JSON.stringify({ digest, ...facts });
}

/** The row that the request met. */
async function known(db: Tables, { tenant, idempotency, pending: { id } }: AcceptRequest): Promise<Answer> {
  const found = idempotency && (await repeated(db, { tenant, idempotency }));
  return found ?? new CustosError('PENDING_CHANGED', `another transaction has the id ${id}`, { details: { id } });
}

/** @throws CustosError RECORD_DAMAGED */
export async function repeated(
  db: Tables,
  { tenant, idempotency: { key, digest } }: { readonly tenant: TenantId; readonly idempotency: Idempotency },
): Promise<Accepted | undefined> {
  const [row] = (await selectByKey(db, { tenant, key })).rows;
  if (row === undefined) return undefined;
  const entry = sealOf(db).entryOf(row);
  return row.idempotency_digest === digest ? { kind: 'replayed', entry } : { kind: 'different' };
}

/** The lease of a row that is about to be written. @returns undefined while another process makes something for its sender */
async function firstLease(
  db: Tables,
  { line }: Row,
  holder: Holder,
): Promise<Pick<Row, 'lease_owner' | 'lease_expires_at'> | undefined> {
  if (holder.shared) await lockClaims(db);
  return (await isBusy(db, line ?? '', endsAt(holder))) ? undefined : held(holder);
}

const insertIfNew = rowsInsert(
  (db: Tables, rows: readonly Row[]) =>
    db
      .insertInto('transactions')
      .values(rows)
      .onConflict((met) => met.doNothing()),
  1,
);

const selectByKey = compiledQuery((db: Tables, hole: Holes<{ readonly tenant: TenantId; readonly key: string }>) =>
  db
    .selectFrom('transactions')
    .selectAll()
    .where('tenant', '=', hole('tenant'))
    .where('idempotency_key', '=', hole('key'))
    // Literal, so that the partial index is used.
    .where('idempotency_key', 'is not', null),
);
