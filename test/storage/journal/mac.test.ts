import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backupStore, restoreStore } from '../../../src/app/store/backup.js';
import { rekeyStore } from '../../../src/app/store/rekey.js';
import { defaultTenant, parseChainId } from '../../../src/core/ids.js';
import { Secret } from '../../../src/core/secret.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { JournalFact, State } from '../../../src/core/store/journal.js';
import type { Store } from '../../../src/core/store/store.js';
import type { Database } from '../../../src/storage/database.js';
import { sealedTables } from '../../../src/storage/journal/remac.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { makeSlot, openSlots } from '../../../src/vault/key-slots.js';
import { anySlot, freshDirectory, freshLocation, storeId } from '../support.js';

const ltc = parseChainId('LTC');
const location = freshLocation();
const directory = freshDirectory();
const rootKey = new Uint8Array(randomBytes(32));
const opening = (mayAdopt = false) => ({ key: journalKeyOf(rootKey, storeId), mayAdopt });

let store: Store;
let database: Database<StoreTables>;

beforeEach(async () => {
  store = await createStore(location(), { storeId, slots: [anySlot()] });
  expect(await store.unlockJournal(opening())).toBe(0);
  database = await openDatabase<StoreTables>(location());
});
afterEach(async () => {
  await database.close();
  await store.close();
});

/** Each is of another sender, so that none waits for another. */
const signer = (id: string) => `26d3883e-4e17-48b3-a0ee-0000000000${Buffer.from(id).toString('hex').slice(-2)}`;
const pending = (id: string) =>
  parsePending({ id, chain: 'LTC', hashes: [signer(id)], serializedTransaction: `{"pay":"${id}"}` }, ltc, 'testnet');
const code = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: { code?: string }) => error.code,
  );
const run = (...all: ReturnType<typeof sql>[]) =>
  database.write(async (db) => {
    for (const statement of all) await statement.execute(db);
  });

/** The ways into each state. */
const ways: Readonly<Record<State, readonly (readonly [State, JournalFact])[]>> = (() => {
  const filled = { completed: '{}', sender: 'ltc1sender', nonce: 3n, summary: { text: 'pays' } };
  const signing = (id = 'x') => ['signed', { signed: `0x${id}`, txId: `tx-${id}` }] as const;
  const fill = ['claimed', filled] as const;
  const error = { errorCode: 'NODE_REFUSED', errorText: 'no', reported: 'NODE_REFUSED: no' } as const;
  return {
    claimed: [fill],
    held: [fill, ['held', { ...error, nextAttemptAt: 1 }]],
    signed: [fill, signing()],
    broadcast: [fill, signing(), ['broadcast', { block: '0xb' }]],
    completed: [fill, signing(), ['broadcast', { block: '0xb' }], ['completed', {}]],
    denied: [fill, ['denied', error]],
    failed: [fill, signing(), ['failed', error]],
    cancelled: [fill, ['cancelled', {}]],
  };
})();

async function make(id: string, state: State): Promise<void> {
  const [claimed] = await store.journal.claim([pending(id)]);
  if (claimed?.kind !== 'claimed') throw new Error(`not claimed: ${claimed?.kind}`);
  for (const [to, fact] of ways[state]) {
    const isFilling = fact.completed !== undefined;
    const own = {
      ...fact,
      ...(isFilling && { spends: [`${id}:0`] }),
      ...(fact.txId !== undefined && { txId: `tx-${id}` }),
    };
    await store.journal.advance(claimed.lease, to, own, isFilling ? 'filled' : to);
  }
}

/** Another process, which has read nothing of this store yet. */
async function another<T>(work: (other: Store) => Promise<T>, mayAdopt = false): Promise<T> {
  const other = await openStore(location());
  try {
    await other.unlockJournal(opening(mayAdopt));
    await other.journal.endLeases();
    return await work(other);
  } finally {
    await other.close();
  }
}

/** What a process that comes fresh does with a transaction: `damaged` everywhere, or how it went on. */
async function goOn(id: string): Promise<readonly string[]> {
  return another(async ({ journal }) => {
    const [claim] = await journal.claim([pending(id)]);
    const { entries } = await journal.due(ltc, 'testnet', 10);
    const isTaken = claim !== undefined && 'lease' in claim && claim.lease !== undefined;
    const found = [isTaken ? 'claimed' : '', entries.some((entry) => entry.id === id) ? 'due' : ''];
    for (const work of [() => journal.retry(id), () => journal.cancel(id)]) {
      const ended = await code(work());
      if (ended === 'none') found.push('changed');
    }
    return found.filter((way) => way !== '');
  });
}

function altered(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  return value === null ? '1' : `${value}x`;
}

describe.each(Object.keys(ways) as State[])('a %s transaction', (state) => {
  test('a transaction is never continued after a change to any column without the key', async () => {
    await make('x', state);
    const row = await database.read((db) => db.selectFrom('transactions').selectAll().executeTakeFirstOrThrow());
    // Who works on it and until when decides nothing of what is done, and each claim is fenced by the generation.
    const leases = ['lease_owner', 'lease_expires_at'];
    const columns = Object.entries(row).filter(([name]) => !leases.includes(name));
    expect(columns.length).toBeGreaterThan(22);
    for (const [name, value] of columns) {
      for (const other of [altered(value), null]) {
        if (other === value || (other === null && ['id', 'events'].includes(name))) continue;
        const isRefused = await code(run(sql`UPDATE transactions SET ${sql.ref(name)} = ${other}`));
        // A column that may not be NULL.
        if (isRefused !== 'none') continue;
        expect([name, other, await goOn('x')]).toEqual([name, other, []]);
        const [claim] = await another(({ journal }) => journal.claim([pending('x')]));
        expect([name, claim?.kind]).toEqual([name, 'damaged']);
        if (claim?.kind === 'damaged') expect(claim.error).toMatchObject({ code: 'RECORD_DAMAGED' });
        await run(sql`UPDATE transactions SET ${sql.ref(name)} = ${value}`);
      }
    }
    const [claim] = await another(({ journal }) => journal.claim([pending('x')]));
    expect(claim?.kind).toBe('known');
  });
});

describe('a transaction', () => {
  test('a transaction that was read before is refused after a change to any column without the key', async () => {
    await make('x', 'completed');
    const before = await store.journal.get('x');
    expect(before).toMatchObject({ state: 'completed' });
    const row = await database.read((db) => db.selectFrom('transactions').selectAll().executeTakeFirstOrThrow());
    for (const [name, value] of Object.entries(row)) {
      // Found by the one; of the others a MAC says nothing, because nothing of what is shown comes from them.
      if (['id', 'lease_owner', 'lease_expires_at'].includes(name)) continue;
      const isRefused = await code(run(sql`UPDATE transactions SET ${sql.ref(name)} = ${altered(value)}`));
      if (isRefused !== 'none') continue;
      expect([name, await code(store.journal.get('x'))]).toEqual([name, 'RECORD_DAMAGED']);
      await run(sql`UPDATE transactions SET ${sql.ref(name)} = ${value}`);
      expect(await store.journal.get('x')).toEqual(before);
    }
  });

  test('a request that was sent again before is refused after a change to any column without the key', async () => {
    const idempotency = { key: 'k', digest: 'd' };
    const asked = { tenant: defaultTenant, source: 'api', kind: 'transaction', delivery: 'broadcast' } as const;
    await store.journal.accept({ ...asked, idempotency, pending: pending('x') });
    const before = await store.journal.repeated(defaultTenant, idempotency);
    expect(before).toMatchObject({ kind: 'replayed', entry: { id: 'x', state: 'claimed' } });
    const row = await database.read((db) => db.selectFrom('transactions').selectAll().executeTakeFirstOrThrow());
    const refused: string[] = [];
    for (const [name, value] of Object.entries(row)) {
      // Found by these two; of the others a MAC says nothing.
      if (['tenant', 'idempotency_key', 'lease_owner', 'lease_expires_at'].includes(name)) continue;
      const isRefused = await code(run(sql`UPDATE transactions SET ${sql.ref(name)} = ${altered(value)}`));
      if (isRefused !== 'none') continue;
      refused.push(name);
      expect([name, await code(store.journal.repeated(defaultTenant, idempotency))]).toEqual([name, 'RECORD_DAMAGED']);
      await run(sql`UPDATE transactions SET ${sql.ref(name)} = ${value}`);
      expect(await store.journal.repeated(defaultTenant, idempotency)).toEqual(before);
    }
    expect(refused.length).toBeGreaterThan(20);
    await store.journal.cancel('x');
    expect(await store.journal.repeated(defaultTenant, idempotency)).toMatchObject({ entry: { state: 'cancelled' } });
  });

  test('a transaction whose row is missing, but whose story exists, is not begun again', async () => {
    await make('x', 'broadcast');
    await run(sql`DELETE FROM transactions`);
    const [claim, other] = await another(({ journal }) => journal.claim([pending('x'), pending('y')]));
    expect(claim).toMatchObject({ kind: 'damaged', error: { code: 'RECORD_DAMAGED' } });
    expect(other).toMatchObject({ kind: 'claimed' });
  });

  test('a transaction that is changed while this process has it gets no new MAC for the change', async () => {
    const [claimed] = await store.journal.claim([pending('x')]);
    const { lease } = claimed as { lease: { id: string; generation: number } };
    await store.journal.advance(lease, 'claimed', { completed: '{}' }, 'filled');
    await run(
      sql`UPDATE transactions SET pending = '{"id":"x","chain":"LTC","hashes":[],"serializedTransaction":"{}"}'`,
    );
    await code(store.journal.advance(lease, 'signed', { signed: '0x', txId: 't' }));
    expect(await goOn('x')).toEqual([]);
  });

  test('a transaction is not replaced by a row of its own from another store', async () => {
    await make('x', 'claimed');
    await make('y', 'denied');
    const columns = ['state', 'pending', 'digest', 'completed', 'mac', 'summary', 'events', 'generation'];
    const copies = columns.map(
      (name) => sql`${sql.ref(name)} = (SELECT ${sql.ref(name)} FROM transactions WHERE id = 'x')`,
    );
    await run(sql`UPDATE transactions SET ${sql.join(copies)} WHERE id = 'y'`);
    expect(await goOn('y')).toEqual([]);
  });

  test.each(['transaction_id', 'place', 'at', 'event', 'fact', 'mac'])(
    'a transaction with a changed story column %s is not retried with its bytes',
    async (name) => {
      await make('x', 'failed');
      await run(
        sql`UPDATE transaction_events SET ${sql.ref(name)} = ${name === 'place' || name === 'at' ? 77 : 'q'} WHERE event = 'filled'`,
      );
      await another(async ({ journal }) => {
        expect(await code(journal.events('x'))).toBe('RECORD_DAMAGED');
        expect(await code(journal.retry('x'))).toBe('RECORD_DAMAGED');
      });
    },
  );

  test.each(['chain', 'network', 'sender', 'resource', 'transaction_id', 'mac'])(
    'a transaction keeps its outputs from others, or reports that the reservation was changed: %s',
    async (name) => {
      await make('x', 'claimed');
      await run(sql`UPDATE reservations SET ${sql.ref(name)} = 'x:1' WHERE transaction_id = 'x'`);
      const [claimed] = await store.journal.claim([pending('z')]);
      const { lease } = claimed as { lease: { id: string; generation: number } };
      const spends = name === 'resource' ? ['x:1'] : ['x:0'];
      const ended = await code(store.journal.advance(lease, 'claimed', { completed: '{}', spends }, 'filled'));
      if (['transaction_id', 'resource', 'mac'].includes(name))
        expect(['RECORD_DAMAGED', 'OUTPUT_RESERVED']).toContain(ended);
    },
  );
});

describe('a journal of a former format', () => {
  const forget = () =>
    run(
      ...Object.keys(sealedTables).map((table) => sql`UPDATE ${sql.table(table)} SET mac = NULL`),
      sql`DELETE FROM meta WHERE key = 'journal_mark'`,
    );

  test('a journal of a former format is accepted as it is, once, and only if the key slot is of that time', async () => {
    await make('x', 'signed');
    await make('y', 'failed');
    await forget();
    const fresh = await openStore(location());
    expect(await fresh.unlockJournal(opening(false))).toBe(0);
    await fresh.journal.endLeases();
    expect((await fresh.journal.claim([pending('x')]))[0]?.kind).toBe('damaged');
    await fresh.close();
    const old = await openStore(location());
    expect(await old.unlockJournal(opening(true))).toBeGreaterThan(0);
    expect((await old.journal.claim([pending('x')]))[0]?.kind).toBe('known');
    expect(await old.journal.events('x')).toHaveLength(3);
    await old.close();
    await run(sql`UPDATE transactions SET mac = NULL`);
    const again = await openStore(location());
    expect(await again.unlockJournal(opening(true))).toBe(0);
    expect((await again.journal.claim([pending('x')]))[0]?.kind).toBe('damaged');
    await again.close();
  });
});

test('a backup keeps the MACs, and earlier changes stay damaged', async () => {
  const password = () => Secret.text('five words make it well');
  await store.slots.replace([await makeSlot(rootKey, password(), { kind: 'password', storeId, generation: 1 })], []);
  await make('x', 'broadcast');
  await run(sql`UPDATE reservations SET resource = 'bb:0'`);
  const [other] = await store.journal.claim([pending('y')]);
  expect(other?.kind).toBe('claimed');
  await run(sql`UPDATE transactions SET pending = '{}' WHERE id = 'y'`);
  await backupStore(store, rootKey, { file: directory.path('backup') });
  await restoreStore(directory.path('backup'), { password: password(), location: directory.path('restored.db') });
  const restored = await openStore(directory.path('restored.db'));
  expect(await restored.unlockJournal(opening(true))).toBe(0);
  await restored.journal.endLeases();
  const [x, y] = await restored.journal.claim([pending('x'), pending('y')]);
  expect([x?.kind, y?.kind]).toEqual(['known', 'damaged']);
  expect(await restored.journal.events('x')).toHaveLength(4);
  await restored.close();
});

test('a new root key authenticates the journal again, except changed rows', async () => {
  const password = Secret.text('five words make it well');
  await make('x', 'broadcast');
  await store.journal.claim([pending('y')]);
  await run(sql`UPDATE transactions SET attempts = 7 WHERE id = 'y'`);
  (await rekeyStore(store, { rootKey, password })).wipe();
  const claimedWith = async (key: Uint8Array) => {
    const other = await openStore(location());
    await other.unlockJournal({ key: journalKeyOf(key, storeId), mayAdopt: true });
    await other.journal.endLeases();
    const claims = await other.journal.claim([pending('x'), pending('y')]);
    const story = await code(other.journal.events('x'));
    await other.close();
    return [...claims.map(({ kind }) => kind), story];
  };
  expect(await claimedWith(rootKey)).toEqual(['damaged', 'damaged', 'RECORD_DAMAGED']);
  const again = await openStore(location());
  const fresh = await openSlots(await again.slots.all(), password, storeId);
  await again.close();
  expect(await claimedWith(fresh)).toEqual(['known', 'damaged', 'none']);
});
