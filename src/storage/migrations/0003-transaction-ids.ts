import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/** What this step reads and writes, as it was in format 2, and the table that it makes. */
interface Tables {
  transactions: { id: string; chain: string; network: string };
  transaction_events: { transaction_id: string; place: number; event: string; fact: string };
  transaction_ids: { chain: string; network: string; tx_id: string; transaction_id: string };
}

/** Events that are read at a time: each may hold signed bytes of several MiB. */
const PAGE = 20;

/**
 * Format 3: the id of recorded bytes belongs to one transaction of a chain and network, and remains its own if the bytes fail or
 * are proved dead. This is a separate table, not a unique column, because older formats let several transactions have the same
 * bytes. Of these, the first that may have paid with the bytes keeps the id.
 */
export async function addTransactionIds(database: Kysely<Tables>, types: ColumnTypes): Promise<void> {
  await database.schema
    .createTable('transaction_ids')
    .addColumn('chain', types.text, (column) => column.notNull())
    .addColumn('network', types.text, (column) => column.notNull())
    .addColumn('tx_id', types.text, (column) => column.notNull())
    .addColumn('transaction_id', types.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('transaction_ids_key', ['chain', 'network', 'tx_id'])
    .execute();
  await takeRecorded(database);
  await takeExpired(database);
}

async function takeRecorded(database: Kysely<Tables>): Promise<void> {
  await sql`
    INSERT INTO transaction_ids (chain, network, tx_id, transaction_id)
    SELECT chain, network, tx_id, id
    FROM (
      SELECT chain, network, tx_id, id, row_number() OVER (
        PARTITION BY chain, network, tx_id
        ORDER BY CASE state WHEN 'completed' THEN 1 WHEN 'broadcast' THEN 2 WHEN 'signed' THEN 3 ELSE 4 END, created_at, id
      ) AS rank
      FROM transactions
      WHERE tx_id IS NOT NULL
    ) AS ranked
    WHERE rank = 1`.execute(database);
}

/** Takes ids of bytes that were proved dead: only the stories have them. */
async function takeExpired(database: Kysely<Tables>): Promise<void> {
  for (let after = { id: '', place: 0 }; ; ) {
    const events = await database
      .selectFrom('transaction_events')
      .innerJoin('transactions', 'transactions.id', 'transaction_events.transaction_id')
      .select(['transactions.id', 'transactions.chain', 'transactions.network', 'place', 'fact'])
      .where('event', '=', 'expired')
      .where((row) => row(row.refTuple('transaction_id', 'place'), '>', row.tuple(after.id, after.place)))
      .orderBy('transaction_id')
      .orderBy('place')
      .limit(PAGE)
      .execute();
    const taken = events.flatMap(({ id, chain, network, fact }) =>
      txIdsIn(fact).map((tx_id) => ({ chain, network, tx_id, transaction_id: id })),
    );
    if (taken.length > 0) {
      const insert = database.insertInto('transaction_ids').values(taken);
      await insert.onConflict((conflict) => conflict.doNothing()).execute();
    }
    const last = events.at(-1);
    if (last === undefined) return;
    after = last;
  }
}

/** A damaged story must not prevent the opening of the store. */
function txIdsIn(fact: string): string[] {
  try {
    const value: unknown = JSON.parse(fact);
    const isFact = typeof value === 'object' && value !== null && 'txId' in value;
    return isFact && typeof value.txId === 'string' ? [value.txId] : [];
  } catch {
    return [];
  }
}
