import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { compiledQuery, type Holes } from '../../../src/storage/compiled-query.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { freshSchema, whyNoPostgres } from '../../support/postgres.js';
import { query } from '../../support/postgres-server.js';

const none = await whyNoPostgres();
const onServer = none === undefined ? test : test.skip;

interface Notes {
  notes: { id: number; text: string };
}

const noteOf = compiledQuery((db: Kysely<Notes>, hole: Holes<{ readonly id: number }>) =>
  db.selectFrom('notes').selectAll().where('id', '=', hole('id')),
);

const insertNote = compiledQuery((db: Kysely<Notes>, hole: Holes<Notes['notes']>) =>
  db.insertInto('notes').values({ id: hole('id'), text: hole('text') }),
);

async function openNotes(url: string) {
  const database = await openDatabase<Notes>(url);
  await database.write((db) => sql`CREATE TABLE notes (id bigint PRIMARY KEY, text text)`.execute(db));
  return database;
}

interface KeptRow {
  readonly uses: number;
}

const keptUses = (db: Kysely<Notes>) =>
  sql<KeptRow>`SELECT (generic_plans + custom_plans)::int AS uses FROM pg_prepared_statements WHERE statement LIKE 'insert%'`
    .execute(db)
    .then(({ rows }) => rows);

onServer('a statement with a fixed text is read once by the server', async () => {
  const database = await openNotes(await freshSchema());
  const found = await database.write(async (db) => {
    for (let id = 1; id <= 20; id++) await insertNote(db, { id, text: 'x' });
    return keptUses(db);
  });
  expect(found).toEqual([{ uses: 20 }]);
  await database.close();
});

onServer('statements are sent without waiting, and a failing one fails alone outside a transaction', async () => {
  const database = await openNotes(await freshSchema());
  await database.write((db) => insertNote(db, { id: 1, text: 'x' }));
  const [found, failed, again] = await database.read((db) =>
    Promise.allSettled([noteOf(db, { id: 1 }), sql`SELECT 1 / 0`.execute(db), noteOf(db, { id: 1 })]),
  );
  expect([found, again]).toMatchObject(Array(2).fill({ value: { rows: [{ id: 1, text: 'x' }] } }));
  expect(failed.status).toBe('rejected');
  await database.close();
});

onServer('a process goes on when another one gives a table one more column', async () => {
  const url = await freshSchema();
  const database = await openNotes(url);
  await database.write((db) => insertNote(db, { id: 1, text: 'x' }));
  // Every connection keeps the statement.
  const both = () =>
    Promise.all([
      database.write((db) => noteOf(db, { id: 1 })),
      ...Array.from({ length: 3 }, () => database.read((db) => noteOf(db, { id: 1 }))),
    ]);
  await both();
  await query(url, 'ALTER TABLE notes ADD COLUMN seen bigint');
  for (const { rows } of await both()) expect(rows).toEqual([{ id: 1, text: 'x', seen: null }]);
  await database.close();
});

onServer('plans that were made for an empty table are made again when it has grown', async () => {
  const database = await openNotes(await freshSchema());
  const plan = sql<Record<string, string>>`EXPLAIN EXECUTE grown(1)`;
  const [before, after] = await database.write(async (db) => {
    // As a plan for a table without rows is: it reads the whole table.
    await sql`SET enable_indexscan = off`.execute(db);
    await sql`SET enable_bitmapscan = off`.execute(db);
    await sql`SET plan_cache_mode = force_generic_plan`.execute(db);
    await sql`PREPARE grown (bigint) AS SELECT * FROM notes WHERE id = $1`.execute(db);
    const first = await plan.execute(db);
    await sql`RESET enable_indexscan`.execute(db);
    for (let id = 1; id <= 200; id++) await insertNote(db, { id, text: 'x' });
    return [first, await plan.execute(db)];
  });
  expect(JSON.stringify(before?.rows)).toContain('Seq Scan');
  expect(JSON.stringify(after?.rows)).toContain('Index Scan');
  await database.close();
});
