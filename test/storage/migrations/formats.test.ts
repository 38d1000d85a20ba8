import { readFile, writeFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { defaultTenant, parseTenantId } from '../../../src/core/ids.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { openQueue } from '../../../src/storage/queue/queue.js';
import { anySlot, freshLocation, type Kind, kinds, storeId } from '../support.js';

/** The statements that bring an empty database to a format. */
async function statements(what: 'store' | 'queue', kind: Kind, format: number): Promise<string[]> {
  const text = await readFile(new URL(`${what}-${kind}.sql`, import.meta.url), 'utf8');
  const steps = text.split(/^-- format \d+\n/m).slice(1, format + 1);
  // What a migration reads is of no use without the migration.
  return steps.flatMap((step) => step.split(/;$/m)).filter((one) => !/^\s*($|select)/i.test(one));
}

async function run(location: string, said: readonly string[]): Promise<void> {
  const database = await openDatabase<never>(location);
  await database.write(async (db) => {
    for (const statement of said) await sql.raw(statement).execute(db);
  });
  await database.close();
}

/** Tables, columns and indexes as the database itself describes them. */
async function schemaOf(location: string, kind: Kind): Promise<readonly unknown[]> {
  const database = await openDatabase<never>(location);
  const queries =
    kind === 'sqlite'
      ? ['SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name']
      : [
          `SELECT table_name, column_name, ordinal_position, data_type, is_nullable, column_default, collation_name, is_identity
           FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position`,
          `SELECT tablename, indexname, replace(indexdef, current_schema(), '') AS definition
           FROM pg_indexes WHERE schemaname = current_schema() ORDER BY indexname`,
        ];
  const found = await database.read(async (db) => {
    const rows: unknown[] = [];
    for (const query of queries) rows.push(...(await sql.raw(query).execute(db)).rows);
    return rows;
  });
  await database.close();
  return found;
}

describe.each(kinds)('a database of an older format on %s', (kind) => {
  const older = freshLocation(kind);
  const fresh = freshLocation(kind);

  it.each([1, 2, 3, 4, 5])('an older store becomes the same as one that is made today: format %i', async (format) => {
    await (await createStore(fresh(), { storeId, slots: [anySlot()] })).close();
    if (kind === 'sqlite') await writeFile(older(), '');
    await run(older(), [
      ...(kind === 'sqlite' ? [`PRAGMA application_id = ${0x43555354}`] : []),
      ...(await statements('store', kind, format)),
      `INSERT INTO meta (key, value) VALUES ('store_id', '${storeId}'), ('format', '${format}'), ('created_at', '1')`,
    ]);
    await (await openStore(older())).close();
    expect(await schemaOf(older(), kind)).toEqual(await schemaOf(fresh(), kind));
  });

  it('transactions and idempotency keys of an older queue belong to the default tenant', async () => {
    if (kind === 'sqlite') await writeFile(older(), '');
    const id = '5e6645712b55823de7ea82f1';
    await run(older(), [
      ...(await statements('queue', kind, 3)),
      ...(kind === 'sqlite'
        ? [`PRAGMA application_id = ${0x43555351}`, 'PRAGMA user_version = 3']
        : [
            'CREATE TABLE queue_meta (key text PRIMARY KEY, value text NOT NULL)',
            `INSERT INTO queue_meta (key, value) VALUES ('format', '3')`,
          ]),
      `INSERT INTO pending_transactions (id, chain, network, hashes, serialized, state, created_at)
        VALUES ('${id}', 'ETH', 'testnet', '[]', '{}', 'pending', 1)`,
      `INSERT INTO idempotency_keys (key, digest, pending_id) VALUES ('payout-1', 'd', '${id}')`,
    ]);
    const queue = await openQueue(older());
    const [first, shop] = [queue.of(defaultTenant), queue.of(parseTenantId('shop'))];
    const key = { key: 'payout-1', digest: 'd' };
    for (const view of [queue, first]) expect([(await view.get(id))?.id, await view.repeated(key)]).toEqual([id, id]);
    expect([await shop.get(id), await shop.repeated(key)]).toEqual([undefined, undefined]);
    await queue.close();
  });

  it.each([1, 2, 3])('an older queue becomes the same as one that is made today: format %i', async (format) => {
    await (await openQueue(fresh())).close();
    if (kind === 'sqlite') await writeFile(older(), '');
    await run(older(), [
      ...(await statements('queue', kind, format)),
      ...(kind === 'sqlite'
        ? [`PRAGMA application_id = ${0x43555351}`, `PRAGMA user_version = ${format}`]
        : [
            'CREATE TABLE queue_meta (key text PRIMARY KEY, value text NOT NULL)',
            `INSERT INTO queue_meta (key, value) VALUES ('format', '${format}')`,
          ]),
    ]);
    await (await openQueue(older())).close();
    const found = await schemaOf(older(), kind);
    expect(found.length).toBeGreaterThan(5);
    expect(found).toEqual(await schemaOf(fresh(), kind));
  });
});
