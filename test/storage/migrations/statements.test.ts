import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { describe, expect, it } from 'vitest';
import { typesOf } from '../../../src/storage/migrations/column-types.js';
import { queueSteps } from '../../../src/storage/queue/format.js';
import { storeSteps } from '../../../src/storage/store-format.js';

const dialects = {
  sqlite: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
  postgres: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
};

/** What the steps from one format to the next say to a database, which answers nothing. */
async function statementsOf(dialect: keyof typeof dialects, steps: typeof storeSteps | typeof queueSteps) {
  const said: string[] = [];
  const db = new Kysely<never>({ dialect: dialects[dialect], log: ({ query }) => void said.push(`${query.sql};`) });
  for (const [at, step] of steps.entries()) {
    said.push(`-- format ${at + 1}`);
    await step(db, typesOf(dialect));
  }
  return `${said.join('\n')}\n`;
}

// A migration that was released runs the same statements for ever: stores of every age have to come out the same.
describe.each(['sqlite', 'postgres'] as const)('the migrations on %s', (dialect) => {
  it('the migrations of a store run the statements of their release', async () => {
    await expect(await statementsOf(dialect, storeSteps)).toMatchFileSnapshot(`store-${dialect}.sql`);
  });

  it('the migrations of a queue run the statements of their release', async () => {
    await expect(await statementsOf(dialect, queueSteps)).toMatchFileSnapshot(`queue-${dialect}.sql`);
  });
});
