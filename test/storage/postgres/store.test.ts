import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseChainId, parseSignatureId, type SignatureId } from '../../../src/core/ids.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { NewQueuedTransaction } from '../../../src/core/store/queue.js';
import type { Store } from '../../../src/core/store/store.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore, storeExists } from '../../../src/storage/open-store.js';
import { peekStoreKeys } from '../../../src/storage/peek.js';
import { openQueue } from '../../../src/storage/queue/queue.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { freshSchema, sharedPostgres, whyNoPostgres } from '../../support/postgres.js';
import { makePostgres, type PostgresServer, query } from '../../support/postgres-server.js';
import { postgresWay } from '../../support/postgres-way.js';
import { allIds, anySlot, anyWallet, storeId } from '../support.js';

const none = await whyNoPostgres();
const onServer = none === undefined ? test : test.skip;

interface Notes {
  notes: { id: number; text: string };
}

const makeStore = (url: string): Promise<Store> => createStore(url, { storeId, slots: [anySlot()] });

async function openNotes(url: string) {
  const database = await openDatabase<Notes>(url);
  await database.write((db) => sql`CREATE TABLE IF NOT EXISTS notes (id bigint PRIMARY KEY, text text)`.execute(db));
  return database;
}

const insert = (id: number) => async (db: Kysely<Notes>) => {
  await db.insertInto('notes').values({ id, text: 'x' }).execute();
};

/** Connections of others to a database, once those that are ending have ended. */
async function othersOn(url: string): Promise<readonly unknown[]> {
  const sql = 'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
  let rows = await query(url, sql);
  for (let asked = 1; rows.length > 0 && asked < 50; asked++) rows = await query(url, sql);
  return rows;
}

onServer('several tasks share a commit, and a failing one is undone alone', async () => {
  const database = await openNotes(await freshSchema());
  const numbered = (id: number) => async (db: Kysely<Notes>) => {
    await insert(id)(db);
    const { rows } = await sql<{ xid: string }>`SELECT pg_current_xact_id()::text AS xid`.execute(db);
    return rows[0]?.xid;
  };
  const settled = await Promise.allSettled([1, 2, 1, 3].map((id) => database.write(numbered(id))));
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  const transactions = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(new Set(transactions).size).toBe(1);
  await database.close();
});

onServer('a task that was reported as failed is not done when a lost connection repeats the others', async () => {
  const url = await freshSchema();
  const database = await openNotes(url);
  let tries = 0;
  const told = database.write(async (db) => {
    await insert(1)(db);
    tries += 1;
    // Once among the others, and once by itself.
    if (tries <= 2) throw new Error('told no');
  });
  const follower = database.write(async (db) => {
    if (tries === 2) {
      tries += 1;
      await sql`SELECT pg_terminate_backend(pg_backend_pid())`.execute(db);
    }
    await insert(2)(db);
  });
  await expect(told).rejects.toThrow('told no');
  await follower;
  expect(await database.read((db) => db.selectFrom('notes').select('id').execute())).toEqual([{ id: 2 }]);
  await database.close();
});

onServer('a task that ruins the transaction of its group fails, and later tasks are written', async () => {
  const database = await openNotes(await freshSchema());
  const ruining = database.write(async (db) => {
    await sql`RELEASE SAVEPOINT work`.execute(db);
    throw new Error('its savepoint is gone');
  });
  await expect(ruining).rejects.toThrow();
  await database.write(insert(2));
  expect(await database.read((db) => db.selectFrom('notes').select('id').execute())).toEqual([{ id: 2 }]);
  await database.close();
});

onServer('commits are durable whatever the server setting says, and readers cannot write', async () => {
  const database = await openNotes(await freshSchema());
  const { rows } = await database.write((db) => sql<Record<string, string>>`SHOW synchronous_commit`.execute(db));
  expect(rows).toEqual([{ synchronous_commit: 'on' }]);
  await expect(database.read(insert(1))).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
  await database.close();
});

onServer('a read during or after the closing of a store is refused, and connects to nothing', async () => {
  const url = await (await sharedPostgres()).createDatabase();
  const database = await openNotes(url);
  const all = () => database.read((db) => db.selectFrom('notes').selectAll().execute());
  // More than there are connections for reads: some wait for one.
  const reads = Promise.allSettled(Array.from({ length: 20 }, all));
  await database.close();
  for (const one of await reads) {
    if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'STORE_UNREACHABLE' });
  }
  await expect(all()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  expect(await othersOn(url)).toEqual([]);
});

onServer('closing does not wait for a server that vanished', async () => {
  const far = await postgresWay(await freshSchema());
  const database = await openNotes(far.url);
  await database.read((db) => db.selectFrom('notes').selectAll().execute());
  far.mute();
  const start = performance.now();
  await database.close();
  expect(performance.now() - start).toBeLessThan(20_000);
  await far.close();
});

onServer.each([
  ['lose-answer', 'has committed', 1],
  ['lose-request', 'has heard nothing of it', 0],
] as const)(
  'a connection that breaks over a commit (%s) is reported, when the server %s, and the store continues',
  async (fate, _, rows) => {
    const url = await freshSchema();
    const way = await postgresWay(url);
    const database = await openNotes(way.url);
    way.commits = () => fate;
    await expect(database.write(insert(1))).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
    way.commits = () => 'pass';
    expect(way.broken).toBe(1);
    await database.write(insert(2));
    const found = await database.read((db) => db.selectFrom('notes').selectAll().where('id', '=', 1).execute());
    // Whoever was told that nobody knows is neither believed nor repeated.
    expect(found).toHaveLength(rows);
    await database.close();
    await way.close();
  },
);

onServer('tasks of two processes that wait for each other are both done', async () => {
  const url = await freshSchema();
  const [one, other] = [await openNotes(url), await openNotes(url)];
  await one.write(insert(1));
  await one.write(insert(2));
  const met = new Set<number>();
  const raise = (first: number, second: number) => async (db: Kysely<Notes>) => {
    const add = (id: number) =>
      sql`UPDATE notes SET text = text || 'x' WHERE id = ${id}`.execute(db).then(() => undefined);
    await add(first);
    met.add(first);
    // Each has its first row before either asks for its second.
    while (met.size < 2) await new Promise((resolve) => setImmediate(resolve));
    await add(second);
  };
  await Promise.all([one.write(raise(1, 2)), other.write(raise(2, 1))]);
  const texts = await one.read((db) => db.selectFrom('notes').select('text').execute());
  expect(texts).toEqual([{ text: 'xxx' }, { text: 'xxx' }]);
  await Promise.all([one.close(), other.close()]);
});

onServer('of two that make a store at the same time, one fails because it exists', async () => {
  const url = await freshSchema();
  const settled = await Promise.allSettled([makeStore(url), makeStore(url), makeStore(url)]);
  const made = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(made).toHaveLength(1);
  for (const one of settled) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'STORE_EXISTS' });
  await made[0]?.close();
  expect(await storeExists(url)).toBe(true);
  expect((await peekStoreKeys(url)).storeId).toBe(storeId);
});

onServer('a store that fails while it is filled leaves nothing behind', async () => {
  const url = await freshSchema();
  const fill = async ({ wallets }: Pick<Store, 'wallets'>) => {
    await wallets.add([anyWallet()]);
    throw new Error('interrupted');
  };
  await expect(createStore(url, { storeId, slots: [anySlot()], fill })).rejects.toThrow('interrupted');
  expect(await storeExists(url)).toBe(false);
  await expect(openStore(url)).rejects.toMatchObject({ code: 'STORE_MISSING' });
});

onServer('foreign tables are left alone, and refused where they have our names', async () => {
  const url = await freshSchema();
  await query(url, 'CREATE TABLE customers (name text)');
  await (await makeStore(url)).close();
  expect(await query(url, 'SELECT count(*)::int AS n FROM customers')).toEqual([{ n: 0 }]);
  const taken = await freshSchema();
  await query(taken, 'CREATE TABLE wallets (owner text, balance numeric)');
  await expect(makeStore(taken)).rejects.toMatchObject({ code: 'STORE_FOREIGN' });
  await expect(openStore(taken)).rejects.toMatchObject({ code: 'STORE_FOREIGN' });
});

onServer.each([
  ["UPDATE meta SET value = '99' WHERE key = 'format'", 'STORE_NEWER'],
  ["UPDATE meta SET value = 'x' WHERE key = 'format'", 'STORE_DAMAGED'],
  ["DELETE FROM meta WHERE key = 'store_id'", 'STORE_DAMAGED'],
])('a store with unreadable facts about itself is refused: %s', async (statement, code) => {
  const url = await freshSchema();
  await (await makeStore(url)).close();
  await query(url, statement);
  await expect(openStore(url)).rejects.toMatchObject({ code });
});

onServer('no error shows user or password', async () => {
  const url = await freshSchema();
  const wrong = url.replace(/:[^:@]+@/, ':hidden-word@');
  const gone = url.replace('/schemas', '/nowhere');
  const closed = url.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1');
  for (const location of [wrong, gone, closed]) {
    const error = await openStore(location).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'STORE_UNREACHABLE' });
    expect(String(error)).not.toMatch(/hidden-word|not-to-be-seen|custos:/);
  }
});

onServer('two simultaneous removals cannot remove the last of two passwords', async () => {
  const url = await freshSchema();
  const [first, second] = [anySlot(), anySlot()];
  await (await createStore(url, { storeId, slots: [first, second] })).close();
  const stores = await Promise.all([openStore(url), openStore(url)]);
  const settled = await Promise.allSettled([
    stores[0].slots.replace([], [first.id]),
    stores[1].slots.replace([], [second.id]),
  ]);
  expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await stores[0].slots.all()).toHaveLength(1);
  await Promise.all(stores.map((store) => store.close()));
});

onServer('a nonce waits for a process that takes the transaction over, and is not given to a lost one', async () => {
  const url = await freshSchema();
  const store = await makeStore(url);
  const received = { id: 'a', chain: 'ETH', hashes: [], serializedTransaction: '{}' };
  const [claimed] = await store.journal.claim([parsePending(received, parseChainId('ETH'), 'testnet')]);
  if (claimed?.kind !== 'claimed') throw new Error('not claimed');
  const database = await openDatabase<StoreTables>(url);
  let isTaken = false;
  const isWaitedFor = async (): Promise<boolean> => {
    const locks = await query(url, 'SELECT pid FROM pg_locks WHERE NOT granted');
    return locks.length > 0;
  };
  const taking = await database.write(async (db) => {
    await db.updateTable('transactions').set({ generation: 2, lease_owner: 'thief' }).execute();
    const settled = store.journal.takeNonce(claimed.lease, { sender: '0x1', latest: 4n }).then(
      () => 'given',
      (error: unknown) => error,
    );
    void settled.finally(() => {
      isTaken = true;
    });
    while (!isTaken && !(await isWaitedFor())) await new Promise((resolve) => setImmediate(resolve));
    return { settled };
  });
  expect(await taking.settled).toMatchObject({ code: 'LEASE_LOST' });
  expect(await query(url, 'SELECT * FROM reservations')).toEqual([]);
  await Promise.all([database.close(), store.close()]);
});

onServer(
  'two gateways share a queue: one key gives one transaction, and one output goes to one transaction',
  async () => {
    const url = await freshSchema();
    const queues = await Promise.all([openQueue(url), openQueue(url)]);
    const signatureId = parseSignatureId(randomUUID());
    const transaction: NewQueuedTransaction = {
      chain: parseChainId('LTC'),
      network: 'testnet',
      hashes: [signatureId],
      serializedTransaction: '{}',
    };
    const idempotency = { key: 'order 7', digest: 'd' };
    const ids = await Promise.all(queues.map((queue) => queue.enqueue({ ...transaction, idempotency })));
    expect(ids[0]).toBe(ids[1]);
    const spending = queues.map((queue) => queue.enqueue({ ...transaction, spends: ['tx:0'] }));
    const settled = await Promise.allSettled(spending);
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(settled.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'STATE_CONFLICT' } });
    const filter = { chain: transaction.chain, network: transaction.network, signatureIds: [signatureId] };
    expect(await queues[0].pending(filter)).toHaveLength(2);
    await query(
      url,
      "INSERT INTO pending_hashes SELECT md5(n::text), 'LTC', 'testnet', n FROM generate_series(10, 20000) AS n",
    );
    await query(url, 'ANALYZE pending_hashes');
    const plan = await query(url, "EXPLAIN SELECT seq FROM pending_hashes WHERE signature_id IN ('a', 'b', 'c')");
    expect(JSON.stringify(plan)).toMatch(/Index (Only )?Scan|Bitmap Index Scan/);
    await Promise.all(queues.map((queue) => queue.close()));
  },
);

let server: PostgresServer | undefined;
beforeAll(async () => {
  if (none === undefined) server = await makePostgres();
});
afterAll(() => server?.destroy());

/** Adds wallets one after another. @returns ids of those that were acknowledged, and the codes of what was not */
async function addUntil(store: Store, over: () => boolean) {
  const kept: SignatureId[] = [];
  const codes = new Set<string>();
  while (!over()) {
    const wallet = anyWallet();
    try {
      await store.wallets.add([wallet]);
      kept.push(wallet.signatureId);
    } catch (error) {
      codes.add(error instanceof Error && 'code' in error ? String(error.code) : String(error));
    }
  }
  return { kept, codes };
}

onServer.each(['fast', 'immediate', 'kill'] as const)(
  'a database that ends (%s) and starts again loses nothing that was acknowledged, and the store continues',
  async (way) => {
    if (server === undefined) throw new Error('no server');
    const url = await server.createDatabase();
    const store = await makeStore(url);
    let over = false;
    const adding = Promise.all([1, 2, 3].map(() => addUntil(store, () => over)));
    for (let round = 0; round < 2; round++) {
      if (way === 'kill') await server.kill();
      else await server.stop(way);
      await server.start();
      await store.wallets.count({});
    }
    over = true;
    const added = await adding;
    const ids = new Set<string>(await allIds(store.wallets, {}));
    const kept = added.flatMap((one) => one.kept);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.filter((id) => !ids.has(id))).toEqual([]);
    const codes = new Set(added.flatMap((one) => [...one.codes]));
    codes.delete('COMMIT_UNKNOWN');
    codes.delete('STORE_UNREACHABLE');
    expect([...codes]).toEqual([]);
    await store.wallets.add([anyWallet()]);
    await store.close();
  },
);
