import { type Kysely, sql } from 'kysely';
import { CustosError } from '../../core/errors.js';

/** "CUST" as a number: the key of the advisory lock under which tables are made and changed. */
const MIGRATION_LOCK = 0x43555354;

/** Tables with the columns that distinguish them from foreign tables of the same name. */
export type TableMarks = Readonly<Record<string, readonly string[]>>;

/** Prevents others from making or changing tables until the transaction ends. */
export async function lockMigrations<T>(db: Kysely<T>): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(db);
}

/**
 * Checks whether the tables exist in the schema where tables are made: the first of the search path.
 * @param marks - tables that exist since the first format
 * @throws CustosError STORE_FOREIGN: tables of these names have another form; STORE_UNREACHABLE: the schema does not exist
 */
export async function hasTables<T>(db: Kysely<T>, marks: TableMarks, shown: string): Promise<boolean> {
  const names = Object.keys(marks);
  const { rows } = await sql<{ schema: string | null; name: string | null; columns: string | null }>`
    SELECT current_schema() AS schema, c.relname AS name, string_agg(a.attname, ' ') AS columns
    FROM (SELECT current_schema()::regnamespace AS oid) AS place
    LEFT JOIN pg_class AS c ON c.relnamespace = place.oid AND c.relkind <> 'i' AND c.relname IN (${sql.join(names)})
    LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    GROUP BY c.relname`.execute(db);
  if (rows[0]?.schema === null) {
    throw new CustosError('STORE_UNREACHABLE', `${shown}: no schema of the search path exists`);
  }
  const found = new Map(rows.map(({ name, columns }) => [name, columns?.split(' ') ?? []]));
  if (names.every((name) => !found.has(name))) return false;
  for (const [name, columns] of Object.entries(marks)) {
    if (columns.every((column) => found.get(name)?.includes(column))) continue;
    throw new CustosError(
      'STORE_FOREIGN',
      `${shown} has tables of these names that Custos did not make, such as ${name}`,
    );
  }
  return true;
}

/** @throws CustosError STORE_UNSUPPORTED: the database cannot hold every text */
export async function requireUnicode<T>(db: Kysely<T>, shown: string): Promise<void> {
  const { rows } = await sql<{ encoding: string }>`SELECT current_setting('server_encoding') AS encoding`.execute(db);
  const encoding = rows[0]?.encoding;
  if (encoding !== 'UTF8') {
    throw new CustosError('STORE_UNSUPPORTED', `${shown} has the encoding ${encoding}; it has to be UTF8`);
  }
}
