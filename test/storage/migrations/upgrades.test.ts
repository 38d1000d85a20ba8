import { randomBytes } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyStore } from '../../../src/app/store/verify.js';
import { parseChainId, parseSignatureId } from '../../../src/core/ids.js';
import { Secret } from '../../../src/core/secret.js';
import type { SealedWallet } from '../../../src/core/signing/wallet.js';
import type { StretchedSlot } from '../../../src/core/store/store.js';
import { openStore } from '../../../src/storage/open-store.js';
import { queueSteps } from '../../../src/storage/queue/format.js';
import { openQueue } from '../../../src/storage/queue/queue.js';
import { storeSteps } from '../../../src/storage/store-format.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { isOfFirstForm, openSlot } from '../../../src/vault/key-slots.js';
import { sharedPostgres } from '../../support/postgres.js';
import { quickSlot } from '../../support/quick-slot.js';
import { chains, eth, newVault } from '../../vault/support.js';
import { freshDirectory, freshLocation, type Kind, kinds, storeId } from '../support.js';
import { makeOlderQueue, makeOlderStore, rowsOf, run, schemaOf } from './older.js';

const storeFormats = storeSteps.map((_step, at) => at + 1).slice(0, -1);
const queueFormats = queueSteps.map((_step, at) => at + 1).slice(0, -1);
const { rootKey, vault } = newVault();
const password = () => Secret.text('password of long ago');
let slot: StretchedSlot;
let wallets: readonly SealedWallet[];
beforeAll(async () => {
  // As a program of the first format made it: bound to no number of a root key.
  slot = await quickSlot(rootKey, password(), storeId);
  const made = [
    vault.create(eth, 'testnet', { kind: 'hd' }),
    vault.create(eth, 'testnet', { kind: 'key' }),
    vault.create(parseChainId('SOL'), 'mainnet', { kind: 'key' }),
  ];
  wallets = (await Promise.all(made)).map(({ sealed }) => sealed);
});

/** Transactions of a journal of the first format, one in each state that it may be left in. */
const states = ['claimed', 'held', 'signed', 'broadcast', 'completed', 'denied', 'failed', 'cancelled'] as const;
const isSigned = (state: string) => ['signed', 'broadcast', 'completed'].includes(state);

/** Key slot, wallets and journal as a program of the first format wrote them; later columns have what migrations gave them. */
async function fill(location: string): Promise<void> {
  await run(location, [
    sql`INSERT INTO key_slots (id, kind, log_n, r, p, salt, box, created_at)
      VALUES (${slot.id}, 'password', ${slot.kdf.logN}, ${slot.kdf.r}, ${slot.kdf.p}, ${slot.salt}, ${slot.box}, 1)`,
    ...wallets.map(
      ({ signatureId, chain, network, kind, createdAt, format, publicBox, secretBox }) =>
        sql`INSERT INTO wallets (signature_id, chain, network, kind, created_at, format, public_box, secret_box)
          VALUES (${signatureId}, ${chain}, ${network}, ${kind}, ${createdAt}, ${format}, ${publicBox}, ${secretBox})`,
    ),
    ...states.flatMap((state, at) => {
      const received = JSON.stringify({ id: state, chain: 'ETH', hashes: [], serializedTransaction: '{}' });
      const [signed, txId] = isSigned(state) ? ['0xf86c', `0x0${at}`] : [null, null];
      return [
        sql`INSERT INTO transactions (id, chain, network, state, generation, digest, pending, sender, nonce, signed, tx_id,
            attempts, next_attempt_at, created_at, updated_at)
          VALUES (${state}, 'ETH', 'testnet', ${state}, 1, '00', ${received}, '0x01', ${String(at)}, ${signed}, ${txId}, 0, 0, 1, 1)`,
        sql`INSERT INTO transaction_events (transaction_id, place, at, event, fact) VALUES (${state}, 1, 1, 'claimed', '{}')`,
      ];
    }),
  ]);
}

/** What `fill` wrote, as the queries of its time find it. */
const old = [
  'SELECT key, value FROM meta ORDER BY key',
  'SELECT id, kind, log_n, r, p, salt, box, created_at FROM key_slots ORDER BY id',
  'SELECT signature_id, chain, network, kind, created_at, format, public_box, secret_box FROM wallets ORDER BY signature_id',
  'SELECT id, state, digest, pending, sender, nonce, signed, tx_id, created_at FROM transactions ORDER BY id',
  'SELECT transaction_id, place, at, event, fact FROM transaction_events ORDER BY transaction_id, place',
];

/** Opens a store with this program, as a daemon does, and looks at all of it. */
async function openWhole(location: string): Promise<void> {
  const store = await openStore(location);
  try {
    const opened = await openSlot(await store.slots.all(), password(), store.storeId);
    expect(Buffer.from(opened.rootKey).equals(rootKey)).toBe(true);
    await store.unlockJournal({ key: journalKeyOf(opened.rootKey, storeId), mayAdopt: isOfFirstForm(opened.slot) });
    expect(await verifyStore(store, { vault, chains })).toEqual({ checked: wallets.length, problems: [] });
    const found = await store.journal.find({});
    const told = (of: readonly { id: string; state: string; txId?: string | undefined }[]) =>
      of.map(({ id, state, txId }) => `${id} ${state} ${txId ?? ''}`).sort();
    const expected = states.map((state, at) => ({ id: state, state, txId: isSigned(state) ? `0x0${at}` : undefined }));
    expect(told(found)).toEqual(told(expected));
  } finally {
    await store.close();
  }
}

/** A copy of a database as its administrator makes one, and the way back to it. */
async function backUp(location: string, kind: Kind, path: string): Promise<() => Promise<void>> {
  if (kind === 'sqlite') {
    await copyFile(location, path);
    return () => copyFile(path, location);
  }
  const server = await sharedPostgres();
  const { pathname } = new URL(location);
  const [database, copy] = [pathname.slice(1), `copy_${randomBytes(6).toString('hex')}`];
  await server.admin(`CREATE DATABASE ${copy} TEMPLATE ${database}`);
  return async () => {
    await server.admin(`DROP DATABASE ${database}`);
    await server.admin(`ALTER DATABASE ${copy} RENAME TO ${database}`);
  };
}

/** A database of its own on PostgreSQL: only a whole one can be copied. */
async function ownDatabase(kind: Kind, location: string): Promise<string> {
  if (kind === 'sqlite') return location;
  const server = await sharedPostgres();
  const name = `old_${randomBytes(6).toString('hex')}`;
  await server.admin(`CREATE DATABASE ${name} TEMPLATE template0`);
  return server.url(name);
}

describe.each(kinds)('an upgrade on %s', (kind) => {
  const fresh = freshLocation(kind);
  const directory = freshDirectory();

  it.each(storeFormats)(
    'a store of format %i keeps keys, wallets and journal, and goes back by its backup',
    async (format) => {
      const location = await ownDatabase(kind, fresh());
      await makeOlderStore(location, kind, format, storeId);
      await fill(location);
      const [schema, rows] = [await schemaOf(location, kind), await rowsOf(location, old)];
      const goBack = await backUp(location, kind, directory.path('backup'));
      await openWhole(location);
      // All of it but the format.
      const withoutMeta = old.slice(1);
      const kept = await rowsOf(location, withoutMeta);
      expect([kept.length, kept]).toEqual([1 + wallets.length + 2 * states.length, rows.slice(-kept.length)]);
      expect(await schemaOf(location, kind)).not.toEqual(schema);
      await goBack();
      expect([await schemaOf(location, kind), await rowsOf(location, old)]).toEqual([schema, rows]);
      // What came back is a store that the program takes once more.
      await (await openStore(location)).close();
    },
  );

  it.each([1, storeSteps.length - 1])(
    'a store of format %i stays as it is when a step of its upgrade fails',
    async (format) => {
      const location = fresh();
      await makeOlderStore(location, kind, format, storeId);
      await fill(location);
      // Of the newest format; whoever put it there has the name that the last step needs.
      await run(location, ['CREATE TABLE budget_names (id text)']);
      const before = [await schemaOf(location, kind), await rowsOf(location, old)];
      await expect(openStore(location)).rejects.toThrow();
      expect([await schemaOf(location, kind), await rowsOf(location, old)]).toEqual(before);
      await run(location, ['DROP TABLE budget_names']);
      await openWhole(location);
    },
  );

  it.each(queueFormats)('a queue of format %i keeps what waits in it, and goes back by its backup', async (format) => {
    const location = await ownDatabase(kind, fresh());
    await makeOlderQueue(location, kind, format);
    const id = '5e6645712b55823de7ea82f1';
    await run(location, [
      sql`INSERT INTO pending_transactions (id, chain, network, hashes, serialized, state, created_at)
        VALUES (${id}, 'ETH', 'testnet', '["8e4a1ae9-1c5a-4c3f-9d0a-0a4b5c6d7e8f"]', '{}', 'pending', 1)`,
    ]);
    const queries = ['SELECT id, chain, network, hashes, serialized, state, created_at FROM pending_transactions'];
    const before = [await schemaOf(location, kind), await rowsOf(location, queries)];
    const goBack = await backUp(location, kind, directory.path('backup'));
    const waits = async () => {
      const queue = await openQueue(location);
      expect(await queue.get(id)).toMatchObject({ id, chain: 'ETH', serializedTransaction: '{}' });
      await queue.close();
    };
    await waits();
    // Formats 6 and 7 have wider numbers, which SQLite always had.
    const isWide = kind === 'sqlite' && format >= 5;
    if (!isWide) expect(await schemaOf(location, kind)).not.toEqual(before[0]);
    expect(await rowsOf(location, queries)).toEqual(before[1]);
    await goBack();
    expect([await schemaOf(location, kind), await rowsOf(location, queries)]).toEqual(before);
    await waits();
  });

  it.each([1, queueSteps.length])('a queue that began with format %i counts on beyond 32 bits', async (format) => {
    const location = await ownDatabase(kind, fresh());
    await makeOlderQueue(location, kind, format);
    await (await openQueue(location)).close();
    const last = 2 ** 31 - 1;
    await run(location, [
      sql`INSERT INTO pending_transactions (seq, id, chain, network, hashes, serialized, state, created_at)
        VALUES (${last}, ${'0'.repeat(24)}, 'ETH', 'testnet', '[]', '{}', 'pending', 1)`,
      ...(kind === 'sqlite' ? [] : [`SELECT setval(pg_get_serial_sequence('pending_transactions', 'seq'), ${last})`]),
    ]);
    const queue = await openQueue(location);
    const wallet = parseSignatureId('8e4a1ae9-1c5a-4c3f-9d0a-0a4b5c6d7e8f');
    const chain = parseChainId('ETH');
    const one = { chain, network: 'testnet', hashes: [wallet], serializedTransaction: '{}', spends: ['a:0'] } as const;
    const id = await queue.enqueue(one);
    expect(await queue.pending({ chain, network: 'testnet', signatureIds: [wallet] })).toMatchObject([{ id }]);
    await expect(queue.enqueue(one)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await queue.remove(id);
    expect((await queue.spent({ chain, network: 'testnet', outputs: ['a:0'] })).size).toBe(0);
    await queue.close();
    const seq = await rowsOf(location, [`SELECT seq FROM pending_transactions WHERE id = '${id}'`]);
    expect(seq).toEqual([{ seq: last + 1 }]);
  });

  it('a store and a queue of a newer format are refused and stay as they are', async () => {
    const [store, queue] = [fresh(), await ownDatabase(kind, directory.path('queue.db'))];
    await makeOlderStore(store, kind, storeSteps.length, storeId);
    await makeOlderQueue(queue, kind, queueSteps.length);
    await run(store, [`UPDATE meta SET value = '${storeSteps.length + 1}' WHERE key = 'format'`]);
    await run(queue, [
      kind === 'sqlite'
        ? `PRAGMA user_version = ${queueSteps.length + 1}`
        : `UPDATE queue_meta SET value = '${queueSteps.length + 1}'`,
    ]);
    const before = [await schemaOf(store, kind), await schemaOf(queue, kind)];
    await expect(openStore(store)).rejects.toMatchObject({ code: 'STORE_NEWER' });
    await expect(openQueue(queue)).rejects.toMatchObject({ code: 'STORE_NEWER' });
    expect([await schemaOf(store, kind), await schemaOf(queue, kind)]).toEqual(before);
  });
});

it('the documents name the formats of this version', async () => {
  const page = await readFile(new URL('../../../docs/operations/upgrade.md', import.meta.url), 'utf8');
  expect(page).toContain(`| wallet store and journal | ${storeSteps.length} | 1 |`);
  expect(page).toContain(`| queue of the gateway | ${queueSteps.length} | 1 |`);
});
