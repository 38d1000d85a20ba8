import type { ExpressionBuilder } from 'kysely';
import { CustosError } from '../core/errors.js';
import { type ClaimResult, type JournalEntry, LEASE_TIME, type Lease } from '../core/journal.js';
import type { PendingTransaction } from '../core/pending.js';
import { followers, type Tables } from './journal-entries.js';
import { newRow, payloadDigest, toEntry } from './journal-rows.js';
import type { StoreTables } from './migrations/0001-first.js';
import { chunks } from './wallets.js';

type Row = StoreTables['transactions'];

/** Who takes leases, and when. */
export interface Holder {
  /** Name of the process, different for each. */
  readonly owner: string;
  readonly now: number;
}

/** The columns of a transaction that nobody holds. */
export const nobody = { lease_owner: null, lease_expires_at: null } as const;

/**
 * Writes new pending transactions, and takes those that are not ended and that nobody else holds.
 * @returns one result for each, in order
 */
export async function claimAll(
  db: Tables,
  pending: readonly PendingTransaction[],
  holder: Holder,
): Promise<ClaimResult[]> {
  const first = new Map(pending.toReversed().map((item) => [item.id, item]));
  const results = new Map<string, ClaimResult>();
  for (const part of chunks(
    pending.filter((item) => first.get(item.id) === item),
    500,
  )) {
    const ids = part.map(({ id }) => id);
    const rows = await db.selectFrom('transactions').selectAll().where('id', 'in', ids).execute();
    const known = new Map(rows.map((row) => [row.id, row]));
    const fresh = part
      .filter(({ id }) => !known.has(id))
      .map((item) => ({ ...newRow(item, holder.now), ...held(holder) }));
    for (const rowsToAdd of chunks(fresh, 100)) {
      await db.insertInto('transactions').values(rowsToAdd).execute();
      await db
        .insertInto('transaction_events')
        .values(rowsToAdd.map((row) => claimedEvent(row, holder.now)))
        .execute();
    }
    const added = new Map(fresh.map((row) => [row.id, row]));
    for (const item of part)
      results.set(item.id, await claimOne(db, item, { known: known.get(item.id), added: added.get(item.id), holder }));
  }
  return pending.map((item) => {
    const result = results.get(item.id);
    const one = first.get(item.id);
    if (result === undefined || one === undefined) throw new CustosError('INTERNAL', `no journal row for ${item.id}`);
    return item === one ? result : repeated(result, payloadDigest(item) === payloadDigest(one));
  });
}

/** The same id twice in one claim: the second gets no lease, so that only one goes on with it. */
function repeated({ entry }: ClaimResult, same: boolean): ClaimResult {
  return { kind: same ? 'known' : 'changed', entry };
}

function claimedEvent(row: Row, at: number): StoreTables['transaction_events'] {
  return { transaction_id: row.id, place: 1, at, event: 'claimed', fact: JSON.stringify({ digest: row.digest }) };
}

async function claimOne(
  db: Tables,
  pending: PendingTransaction,
  { known, added, holder }: { known: Row | undefined; added: Row | undefined; holder: Holder },
): Promise<ClaimResult> {
  if (added !== undefined) {
    return { kind: 'claimed', entry: toEntry(added), lease: { id: added.id, generation: added.generation } };
  }
  if (known === undefined) throw new CustosError('INTERNAL', `no journal row for ${pending.id}`);
  const entry = toEntry(known);
  if (known.digest !== payloadDigest(pending)) return { kind: 'changed', entry };
  if (followers[entry.state].length === 0) return { kind: 'known', entry };
  const lease = await takeLease(db, entry, holder);
  return lease === undefined
    ? { kind: 'known', entry }
    : { kind: 'known', entry: { ...entry, generation: lease.generation }, lease };
}

/**
 * Takes a transaction, unless another owner holds it and may still go on. The generation grows, so that whoever had it
 * before can write no more.
 */
async function takeLease(db: Tables, { id, generation }: JournalEntry, holder: Holder): Promise<Lease | undefined> {
  const result = await db
    .updateTable('transactions')
    .set({ generation: generation + 1, ...held(holder) })
    .where('id', '=', id)
    .where('generation', '=', generation)
    .where(isFree(holder))
    .executeTakeFirst();
  return result.numUpdatedRows === 1n ? { id, generation: generation + 1 } : undefined;
}

/** Takes a transaction from whoever holds it, for a person who ends it. */
export async function seizeLease(db: Tables, { id, generation }: JournalEntry, holder: Holder): Promise<Lease> {
  await db
    .updateTable('transactions')
    .set({ generation: generation + 1, ...held(holder) })
    .where('id', '=', id)
    .execute();
  return { id, generation: generation + 1 };
}

/** Holds on to a transaction for another `LEASE_TIME`. @throws CustosError LEASE_LOST */
export async function renewLease(db: Tables, lease: Lease, holder: Holder): Promise<void> {
  const result = await db
    .updateTable('transactions')
    .set(held(holder))
    .where('id', '=', lease.id)
    .where('generation', '=', lease.generation)
    .where('lease_owner', '=', holder.owner)
    .executeTakeFirst();
  if (result.numUpdatedRows === 1n) return;
  throw new CustosError('LEASE_LOST', `transaction ${lease.id} was claimed again by somebody else`);
}

/** Ends all leases: only for who knows that nobody else goes on with anything. */
export async function endLeases(db: Tables): Promise<void> {
  await db.updateTable('transactions').set(nobody).where('lease_owner', 'is not', null).execute();
}

function held({ owner, now }: Holder) {
  return { lease_owner: owner, lease_expires_at: now + LEASE_TIME };
}

function isFree({ owner, now }: Holder) {
  return (row: ExpressionBuilder<StoreTables, 'transactions'>) =>
    row.or([
      row('lease_owner', 'is', null),
      row('lease_owner', '=', owner),
      row('lease_expires_at', '<=', now),
      // A clock that was put back must not keep everybody away from what a dead owner held.
      row('lease_expires_at', '>', now + 2 * LEASE_TIME),
    ]);
}
