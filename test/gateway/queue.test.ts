import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseChainId, parseSignatureId } from '../../src/core/ids.js';
import type { NewQueuedTransaction } from '../../src/core/store/queue.js';
import { openDatabase } from '../../src/storage/open-database.js';
import { openQueue } from '../../src/storage/queue/queue.js';
import type { QueueTables } from '../../src/storage/queue/schema.js';

const eth = parseChainId('ETH');
const bsc = parseChainId('BSC');
const wallet = parseSignatureId('26d3883e-4e17-48b3-a0ee-09a3e484ac83');
const other = parseSignatureId('6d78dad2-518f-4e76-8255-8f1df0de6884');
const one: NewQueuedTransaction = { chain: eth, network: 'testnet', hashes: [wallet], serializedTransaction: '{}' };

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'custos-queue-'));
  file = join(directory, 'deep', 'queue.db');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('only the owner can read a new queue', async () => {
  const queue = await openQueue(file);
  await queue.enqueue(one);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await queue.close();
});

test('a queue keeps everything when it is closed and opened again', async () => {
  const clock = { now: () => 1234, wait: async () => {} };
  const first = await openQueue(file, clock);
  const id = await first.enqueue({ ...one, index: 0, hashes: [wallet, other] });
  const done = await first.enqueue(one);
  await first.complete(done, '0xaa', 'gateway');
  await first.report([{ id, error: 'no gas' }]);
  await first.close();
  const queue = await openQueue(file);
  expect(await queue.get(id)).toEqual({
    ...{ id, chain: eth, network: 'testnet', hashes: [wallet, other], index: 0, serializedTransaction: '{}' },
    ...{ state: 'pending', errors: [{ at: 1234, error: 'no gas' }], createdAt: 1234 },
  });
  expect(await queue.get(done)).toMatchObject({ state: 'completed', txId: '0xaa' });
  expect((await queue.pending({ chain: eth, network: 'testnet' })).map((row) => row.id)).toEqual([id]);
  await queue.close();
});

test('a transaction of two wallets is listed once, for either of them', async () => {
  const queue = await openQueue(file);
  const id = await queue.enqueue({ ...one, hashes: [wallet, other, wallet] });
  for (const signatureIds of [[wallet], [other], [wallet, other]]) {
    const found = await queue.pending({ chain: eth, network: 'testnet', signatureIds });
    expect(found.map((row) => row.id)).toEqual([id]);
  }
  await queue.close();
});

test('a queue does not mix chains and networks', async () => {
  const queue = await openQueue(file);
  await queue.enqueue(one);
  for (const filter of [
    { chain: bsc, network: 'testnet' as const },
    { chain: eth, network: 'mainnet' as const },
  ]) {
    expect(await queue.pending(filter)).toEqual([]);
    expect(await queue.pending({ ...filter, signatureIds: [wallet] })).toEqual([]);
  }
  await queue.close();
});

test('an idempotency key gives the same id to two processes, also after the transaction ended', async () => {
  const [first, second] = await Promise.all([openQueue(file), openQueue(file)]);
  const request = { ...one, idempotency: { key: 'k', digest: 'd' } };
  const ids = await Promise.all(Array.from({ length: 20 }, (_, turn) => (turn % 2 ? first : second).enqueue(request)));
  expect(new Set(ids).size).toBe(1);
  await first.remove(ids[0] ?? '');
  expect(await second.enqueue(request)).toBe(ids[0]);
  await expect(second.enqueue({ ...request, idempotency: { key: 'k', digest: 'e' } })).rejects.toMatchObject({
    code: 'IDEMPOTENCY_CONFLICT',
  });
  expect(await first.pending({ chain: eth, network: 'testnet' })).toEqual([]);
  await Promise.all([first.close(), second.close()]);
});

test('the last twenty distinct errors are kept, cut to a bounded length', async () => {
  const queue = await openQueue(file);
  const id = await queue.enqueue(one);
  await queue.report(Array.from({ length: 30 }, (_, turn) => ({ id, error: `error ${turn}` })));
  await queue.report([{ id, error: 'error 29' }]);
  await queue.report([{ id, error: 'x'.repeat(100_000) }]);
  const errors = (await queue.get(id))?.errors ?? [];
  expect(errors).toHaveLength(20);
  expect(errors.at(-2)?.error).toBe('error 29');
  expect(errors.at(-1)?.error).toHaveLength(4000);
  await queue.close();
});

test('polls use an index and never read the whole table', async () => {
  const queue = await openQueue(file);
  await queue.close();
  const database = await openDatabase<never>(file);
  const plans = await database.read(async (tables) => {
    const { sql } = await import('kysely');
    const explain = async (query: string) =>
      (await sql<{ detail: string }>`EXPLAIN QUERY PLAN ${sql.raw(query)}`.execute(tables)).rows.map(
        (row) => row.detail,
      );
    return [
      ...(await explain(
        "SELECT seq FROM pending_hashes WHERE signature_id IN ('a','b') AND chain='E' AND network='t'",
      )),
      ...(await explain(
        "SELECT * FROM pending_transactions WHERE state='pending' AND chain='E' AND network='t' ORDER BY seq",
      )),
      ...(await explain(
        "SELECT * FROM pending_transactions WHERE state='pending' AND chain='E' AND network='t' AND seq IN (1,2)",
      )),
      ...(await explain('DELETE FROM pending_hashes WHERE seq=1')),
    ];
  });
  await database.close();
  expect(plans.join('\n')).not.toMatch(/SCAN|TEMP B-TREE/);
});

test('a file that is not a queue is refused and left as it is', async () => {
  const text = join(directory, 'notes.txt');
  await writeFile(text, 'not a database, but a text that is long enough to be read as a header of one'.repeat(20));
  await expect(openQueue(text)).rejects.toMatchObject({ code: 'STORE_FOREIGN' });
  const foreign = join(directory, 'foreign.db');
  await writeFile(foreign, '');
  const database = await openDatabase<never>(foreign);
  await database.write(async (tables) => {
    await tables.schema.createTable('other').addColumn('id', 'integer').execute();
  });
  await database.close();
  await expect(openQueue(foreign)).rejects.toMatchObject({ code: 'STORE_FOREIGN' });
});

test('a queue of a later format is refused', async () => {
  await (await openQueue(file)).close();
  const database = await openDatabase<never>(file);
  await database.write(async (tables) => {
    await sql`PRAGMA user_version = 99`.execute(tables);
  });
  await database.close();
  await expect(openQueue(file)).rejects.toMatchObject({ code: 'STORE_NEWER' });
});

const isRoot = process.getuid?.() === 0;
if (isRoot) console.info('skipped: root may write into any directory');
test.skipIf(isRoot)('a directory that cannot be written is a coded error', async () => {
  await chmod(directory, 0o500);
  await expect(openQueue(file)).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
  await chmod(directory, 0o700);
});

test('every acknowledged change survives kill -9 at any moment', async () => {
  const loader = new URL('./typescript-loader.mjs', import.meta.url).href;
  const source = new URL('../../src/storage/queue/queue.ts', import.meta.url).href;
  // Ten submissions at a time without end; each id is printed once it is durable.
  const script = `
    const { register } = await import('node:module');
    register(${JSON.stringify(loader)});
    const { openQueue } = await import(${JSON.stringify(source)});
    const queue = await openQueue(${JSON.stringify(file)});
    const request = ${JSON.stringify(one)};
    for (;;) {
      const ids = await Promise.all(Array.from({ length: 10 }, () => queue.enqueue(request)));
      for (const [turn, id] of ids.entries()) if (turn % 3 === 0) await queue.complete(id, 'tx' + id, 'gateway');
      process.stdout.write(ids.map((id, turn) => id + (turn % 3 ? ' pending' : ' completed') + '\\n').join(''));
    }`;
  const answered: string[] = [];
  for (let round = 1; round <= 5; round++) {
    const lines = await linesUntilKilled(script, 40 * round);
    expect(lines.length).toBeGreaterThanOrEqual(40 * round);
    answered.push(...lines);
  }
  const queue = await openQueue(file);
  for (const line of answered) {
    const [id = '', state] = line.split(' ');
    expect(await queue.get(id)).toMatchObject({ state });
  }
  const pending = await queue.pending({ chain: eth, network: 'testnet' });
  expect(pending.every((row) => row.state === 'pending' && row.txId === undefined)).toBe(true);
  await queue.close();
});

/** Runs a script and kills it as soon as it has printed so many lines; gives its whole lines. */
function linesUntilKilled(script: string, count: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (part) => {
      text += part;
      if (text.split('\n').length > count) child.kill('SIGKILL');
    });
    child.once('error', reject);
    child.once('close', (_code, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error('the child ended by itself'));
      return resolve(text.split('\n').slice(0, -1));
    });
  });
}

test('a queue of the first format is upgraded and keeps its content', async () => {
  const first = await openQueue(file);
  const id = await first.enqueue(one);
  await first.close();
  const database = await openDatabase<QueueTables>(file);
  await database.write(async (tables) => {
    await tables.schema.dropTable('spent_outputs').execute();
    const later = [
      'subscriptions',
      'subscription_secrets',
      'announcements',
      'announcement_deliveries',
      'announcement_leases',
    ];
    for (const table of ['gateway_keys', 'idempotency_keys', ...later]) await tables.schema.dropTable(table).execute();
    await sql`CREATE TABLE idempotency_keys (key text PRIMARY KEY, digest text, pending_id text)`.execute(tables);
    for (const column of ['signatures', 'claimed_at', 'failed_at', 'closed_by', 'tenant']) {
      await tables.schema.alterTable('pending_transactions').dropColumn(column).execute();
    }
    await sql`PRAGMA user_version = 1`.execute(tables);
  });
  await database.close();
  const queue = await openQueue(file);
  expect(await queue.get(id)).toMatchObject({ id, hashes: [wallet] });
  expect(await queue.get(id)).not.toHaveProperty('claimedAt');
  await queue.claimed([id]);
  expect(await queue.get(id)).toMatchObject({ claimedAt: expect.any(Number) });
  const signatures = [{ signatureId: other, index: 4 }];
  const newer = await queue.enqueue({ ...one, hashes: [], signatures, spends: ['aa:0'] });
  expect(await queue.get(newer)).toMatchObject({ signatures });
  await expect(queue.enqueue({ ...one, spends: ['aa:0'] })).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  await queue.close();
});

test('outputs belong to one transaction until it is withdrawn, on their own network', async () => {
  const queue = await openQueue(file);
  const spends = ['aa:0', 'bb:1'];
  const id = await queue.enqueue({ ...one, spends });
  const place = { chain: eth, network: 'testnet' as const, outputs: ['bb:1', 'cc:2'] };
  expect([...(await queue.spent(place))]).toEqual(['bb:1']);
  expect((await queue.spent({ ...place, network: 'mainnet' })).size).toBe(0);
  await queue.enqueue({ ...one, network: 'mainnet', spends });
  await queue.complete(id, '0xaa', 'gateway');
  expect((await queue.spent(place)).size).toBe(1);
  await queue.close();
});
