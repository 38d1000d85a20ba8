import { type Kysely, sql } from 'kysely';
import { pagesOf } from '../../core/pages.js';
import { type JournalKey, type JournalMac, journalMac } from '../../core/store/journal-mac.js';
import { lockMigrations } from '../postgres/tables.js';
import type { StoreTables } from '../schema.js';
import { JournalSeal } from './seal.js';

type Tables = Kysely<StoreTables>;
type Row = Readonly<Record<string, string | number | null>>;

/** The tables with authenticated rows, and the columns that identify a row. */
export const sealedTables = {
  transactions: ['id'],
  transaction_events: ['transaction_id', 'place'],
  reservations: ['chain', 'network', 'sender', 'resource'],
  transaction_ids: ['chain', 'network', 'tx_id'],
  notices: ['id'],
  webhooks: ['id'],
  audit_heads: ['writer'],
  budget_reservations: ['transaction_id', 'attempt'],
  budget_sums: ['budget', 'span'],
} as const satisfies Partial<Record<keyof StoreTables, readonly string[]>>;

type SealedTable = keyof typeof sealedTables;

/** The row of `meta` that marks the journal as authenticated. */
const MARK_KEY = 'journal_mark';
/** Rows that are read together: one of the journal may have several MiB. */
const PAGE = 20;

/**
 * Takes the key that authenticates the journal. An older journal has no mark. It is authenticated once, as it is found, if the
 * store was opened with a key slot of that older form.
 * @returns how many transactions were taken as they are
 */
export async function openJournal(db: Tables, seal: JournalSeal, { key, mayAdopt }: JournalKey): Promise<number> {
  const mac = journalMac(key);
  seal.unlock(mac);
  if ((await markOf(db)) !== undefined) return 0;
  // Another machine may be doing the same.
  if (seal.isShared) await lockMigrations(db);
  if ((await markOf(db)) !== undefined) return 0;
  const count = await countRows(db);
  if (count > 0 && !mayAdopt) return 0;
  if (count > 0) await adopt(db, seal);
  await db
    .insertInto('meta')
    .values({ key: MARK_KEY, value: markText(mac) })
    .execute();
  return count;
}

async function markOf(db: Tables): Promise<string | undefined> {
  const row = await db.selectFrom('meta').select('value').where('key', '=', MARK_KEY).executeTakeFirst();
  return row?.value;
}

function markText(mac: JournalMac): string {
  return mac(['custos/journal']);
}

async function countRows(db: Tables): Promise<number> {
  const row = await db
    .selectFrom('transactions')
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

async function adopt(db: Tables, seal: JournalSeal): Promise<void> {
  await sql`
    UPDATE transactions SET events =
      (SELECT count(*) FROM transaction_events WHERE transaction_id = transactions.id)`.execute(db);
  await remac(db, (table, row) => (row['mac'] === null ? { mac: seal.of(table, row) } : null));
}

/**
 * Authenticates the whole journal under another key. A row that does not verify under the old key stays as it is, so that it
 * does not verify under the new key either.
 * @param ownerTags - the new tag of each owner's former one
 */
export async function resealJournal(
  db: Tables,
  { from, to }: { readonly from: JournalMac; readonly to: JournalMac },
  ownerTags: ReadonlyMap<string, string>,
) {
  const [old, next] = [new JournalSeal(false), new JournalSeal(false)];
  old.unlock(from);
  next.unlock(to);
  await remac(db, (table, row) => {
    if (row['mac'] !== old.of(table, row)) return null;
    const tags = ['owner_tag', 'user_tag'].flatMap((name) => {
      const tag = ownerTags.get(String(row[name]));
      return tag === undefined ? [] : [[name, tag] as const];
    });
    const change = Object.fromEntries(tags);
    return { ...change, mac: next.of(table, { ...row, ...change }) };
  });
  await db
    .updateTable('meta')
    .set({ value: markText(to) })
    .where('key', '=', MARK_KEY)
    .execute();
}

/** @param changeOf - null leaves a row as it is */
async function remac(db: Tables, changeOf: (table: SealedTable, row: Row) => Row | null): Promise<void> {
  for (const table of Object.keys(sealedTables) as SealedTable[]) {
    const page = (after: Row | undefined, size: number) => pageOf(db, table, { after, size });
    for await (const rows of pagesOf({ size: PAGE, page, keyOf: (row) => row })) {
      for (const row of rows) {
        const change = changeOf(table, row);
        if (change !== null) await setColumns(db, table, { row, change });
      }
    }
  }
}

async function pageOf(
  db: Tables,
  table: SealedTable,
  { after, size }: { readonly after: Row | undefined; readonly size: number },
): Promise<readonly Row[]> {
  const keys = sealedTables[table];
  const names = sql.join(keys.map((key) => sql.ref(key)));
  const values = sql.join(keys.map((key) => sql`${after?.[key] ?? null}`));
  const behind = after === undefined ? sql`` : sql`WHERE (${names}) > (${values})`;
  const query = sql<Row>`SELECT * FROM ${sql.table(table)} ${behind} ORDER BY ${names} LIMIT ${sql.lit(size)}`;
  return (await query.execute(db)).rows;
}

async function setColumns(db: Tables, table: SealedTable, { row, change }: { row: Row; change: Row }): Promise<void> {
  const same = sealedTables[table].map((key) => sql`${sql.ref(key)} = ${row[key]}`);
  const set = Object.entries(change).map(([name, value]) => sql`${sql.ref(name)} = ${value}`);
  await sql`UPDATE ${sql.table(table)} SET ${sql.join(set)} WHERE ${sql.join(same, sql` AND `)}`.execute(db);
}
