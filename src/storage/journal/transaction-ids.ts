import { CustosError } from '../../core/errors.js';
import { chunks } from '../../core/pages.js';
import { type JournalEntry, livingStates } from '../../core/store/journal.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import { rowsInsert } from '../rows-insert.js';
import type { StoreTables } from '../schema.js';
import { addEvent, requireEntry, type Tables } from './entries.js';
import { sealOf } from './seal.js';

type Row = StoreTables['transactions'];

/** The network's id of some bytes, and the transaction that they are recorded for. */
interface Taking {
  readonly id: string;
  readonly txId: string;
  readonly now: number;
}

/** Ended states in which the bytes had no effect: the bytes pass to another transaction that makes the same ones. */
const ended = ['failed', 'cancelled'] as const;

type TakenRow = StoreTables['transaction_ids'];

const insertTaken = compiledQuery((db: Tables, hole: Holes<TakenRow>) =>
  db
    .insertInto('transaction_ids')
    .values({
      chain: hole('chain'),
      network: hole('network'),
      tx_id: hole('tx_id'),
      transaction_id: hole('transaction_id'),
      mac: hole('mac'),
    })
    .onConflict((conflict) => conflict.doNothing()),
);

const insertAllTaken = rowsInsert(
  (db: Tables, rows: readonly TakenRow[]) =>
    db
      .insertInto('transaction_ids')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing()),
  64,
);

/** As `takeTransactionId`, for many. @returns false if one of the ids is taken: then the work has to be undone */
export async function takeTransactionIds(db: Tables, all: readonly Pick<Taking, 'id' | 'txId'>[]): Promise<boolean> {
  const rows = await Promise.all(all.map((one) => rowOf(db, one)));
  return (await insertAllTaken(db, rows)) === rows.length;
}

async function rowOf(db: Tables, { id, txId }: Pick<Taking, 'id' | 'txId'>): Promise<TakenRow> {
  const seal = sealOf(db);
  const { chain, network } = seal.known(id) ?? (await requireEntry(db, id));
  const row = { chain, network, tx_id: txId, transaction_id: id };
  return { ...row, mac: seal.of('transaction_ids', row) };
}

/**
 * Gives the id of new bytes to their transaction. The primary key makes sure that two transactions of a network never have the
 * same id: a network takes equal bytes once, so they would be one payment.
 * @throws CustosError TRANSACTION_DUPLICATE: the bytes belong to another transaction
 */
export async function takeTransactionId(db: Tables, taking: Taking): Promise<void> {
  const { id, txId } = taking;
  const { numAffectedRows } = await insertTaken(db, await rowOf(db, { id, txId }));
  if (numAffectedRows === 1n) return;
  const owner = await ownerOf(db, taking);
  if (owner === undefined || owner === id || (await giveOver(db, { ...taking, owner }))) return;
  throw new CustosError('TRANSACTION_DUPLICATE', `transaction ${id} has the same bytes as ${owner}`, {
    details: { other: owner },
  });
}

/** The other transaction that owns the bytes of this one; only formats before 3 let two have the same bytes. */
export async function twinOf(db: Tables, { id, txId }: Pick<JournalEntry, 'id' | 'txId'>): Promise<string | undefined> {
  if (txId === undefined) return undefined;
  const owner = await ownerOf(db, { id, txId });
  return owner === id ? undefined : owner;
}

async function ownerOf(db: Tables, { id, txId }: Pick<Taking, 'id' | 'txId'>): Promise<string | undefined> {
  const row = await db
    .selectFrom('transaction_ids')
    .innerJoin('transactions', (join) =>
      join
        .onRef('transactions.chain', '=', 'transaction_ids.chain')
        .onRef('transactions.network', '=', 'transaction_ids.network'),
    )
    .selectAll('transaction_ids')
    .where('transactions.id', '=', id)
    .where('transaction_ids.tx_id', '=', txId)
    .executeTakeFirst();
  if (row !== undefined) sealOf(db).require('transaction_ids', row, row.transaction_id);
  return row?.transaction_id;
}

/**
 * A transaction that ended without effect gives its bytes to another one that makes the same bytes. If it is retried, it
 * starts again without them. Bytes that were proved dead belong to no transaction.
 */
async function giveOver(db: Tables, { id, txId, now, owner }: Taking & { owner: string }): Promise<boolean> {
  await sealOf(db).touch(db, owner);
  const before = await db
    .selectFrom('transactions')
    .select(['id', 'signed', 'generation'])
    .where('id', '=', owner)
    .executeTakeFirst();
  if (before === undefined) return false;
  const taken = await db
    .updateTable('transactions')
    // The generation grows, so that a simultaneous retry looks again.
    .set((row) => ({ signed: null, tx_id: null, block: null, generation: row('generation', '+', 1), updated_at: now }))
    .where('id', '=', owner)
    .where('generation', '=', before.generation)
    .where('tx_id', '=', txId)
    .where('state', 'in', ended)
    .executeTakeFirst();
  if (taken.numUpdatedRows !== 1n) return false;
  await db
    .updateTable('transaction_ids')
    .set(await rowOf(db, { id, txId }))
    .where('transaction_id', '=', owner)
    .where('tx_id', '=', txId)
    .execute();
  await addEvent(db, { id: owner, at: now, event: 'given over', fact: givenOver({ signed: before.signed, txId, id }) });
  return true;
}

function givenOver({ signed, txId, id }: { signed: string | null; txId: string; id: string }) {
  return { ...(signed !== null && { signed }), txId, errorText: `transaction ${id} has the same bytes` };
}

/** Removes bytes that belong to another transaction from one that is retried. */
export async function withoutBytes(db: Tables, entry: JournalEntry, { twin, now }: { twin: string; now: number }) {
  const { id, signed = null, txId = '' } = entry;
  const nothing: Partial<Row> = { signed: null, tx_id: null, block: null };
  await db.updateTable('transactions').set(nothing).where('id', '=', id).execute();
  await addEvent(db, { id, at: now, event: 'given over', fact: givenOver({ signed, txId, id: twin }) });
}

/** Ids of restored transactions: if several have the same id, one that may have paid with it keeps it. */
export async function restoreTransactionIds(
  db: Tables,
  taken: readonly StoreTables['transaction_ids'][],
): Promise<void> {
  for (const part of chunks(taken, 500)) {
    const insert = db.insertInto('transaction_ids').values(part);
    await insert.onConflict((conflict) => conflict.doNothing()).execute();
    for (const { id, tx_id, owner } of await robbed(db, part)) {
      const update = db.updateTable('transaction_ids').set(await rowOf(db, { id, txId: tx_id }));
      await update.where('transaction_id', '=', owner).where('tx_id', '=', tx_id).execute();
    }
  }
}

/** Transactions that may have paid with an id that belongs to one that has not. */
async function robbed(db: Tables, part: readonly StoreTables['transaction_ids'][]) {
  const ids = part.map(({ transaction_id }) => transaction_id);
  const rows = await db
    .selectFrom('transactions as one')
    .innerJoin('transaction_ids as taken', (join) =>
      join
        .onRef('taken.chain', '=', 'one.chain')
        .onRef('taken.network', '=', 'one.network')
        .onRef('taken.tx_id', '=', 'one.tx_id'),
    )
    .innerJoin('transactions as other', 'other.id', 'taken.transaction_id')
    .select(['one.id', 'taken.tx_id', 'other.id as owner'])
    .where('one.id', 'in', ids)
    .where('one.state', 'in', livingStates)
    .where('other.state', 'not in', livingStates)
    .execute();
  return rows;
}
