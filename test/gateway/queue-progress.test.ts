import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseChainId, parseSignatureId } from '../../src/core/ids.js';
import type { Queue } from '../../src/core/store/queue.js';
import { openQueue } from '../../src/storage/queue/queue.js';
import { freshSchema, whyNoPostgres } from '../support/postgres.js';

const noPostgres = await whyNoPostgres();
const eth = parseChainId('ETH');
const bsc = parseChainId('BSC');
const network = 'testnet';

describe.each([
  ['SQLite', undefined],
  ['PostgreSQL', noPostgres],
])('a queue on %s', (kind, missing) => {
  const onServer = missing === undefined ? test : test.skip;
  let directory: string;
  let queue: Queue;
  let now: number;
  beforeEach(async () => {
    now = 1_000;
    directory = await mkdtemp(join(tmpdir(), 'custos-queue-progress-'));
    if (missing !== undefined) return;
    const location = kind === 'SQLite' ? join(directory, 'queue.db') : await freshSchema();
    queue = await openQueue(location, { now: () => now, wait: async () => undefined });
  });
  afterEach(async () => {
    if (missing === undefined) await queue.close();
    await rm(directory, { recursive: true, force: true });
  });

  const signatureId = parseSignatureId(randomUUID());
  const indexed = parseSignatureId(randomUUID());
  const add = (chain = eth) =>
    queue.enqueue({
      ...{ chain, network, hashes: [signatureId], serializedTransaction: '{}' },
      signatures: [{ signatureId: indexed, index: 3 }],
    });
  const listed = async () => (await queue.pending({ chain: eth, network, signatureIds: [signatureId] })).length;

  onServer('a queue keeps the time of the first fetch', async () => {
    const id = await add();
    now = 2_000;
    await queue.claimed([id, id, 'unknown']);
    now = 3_000;
    await queue.claimed([id]);
    expect(await queue.get(id)).toMatchObject({ claimedAt: 2_000, createdAt: 1_000 });
  });

  onServer('a queue keeps the time when a transaction failed, until its daemon reports something else', async () => {
    const id = await add();
    await queue.report([{ id, error: 'X: one', final: true }]);
    expect(await queue.get(id)).toMatchObject({ failedAt: 1_000 });
    await queue.report([{ id, error: 'X: two' }]);
    expect(await queue.get(id)).not.toHaveProperty('failedAt');
  });

  onServer('a queue never lists sent bytes, and gives the transaction out again when its bytes are dead', async () => {
    const id = await add();
    await queue.sent(id, '0xaa');
    expect(await listed()).toBe(0);
    await queue.report([{ id, error: 'TRANSACTION_EXPIRED: dead', reopens: true }]);
    expect(await listed()).toBe(1);
    expect(await queue.pending({ chain: eth, network, signatureIds: [indexed] })).toMatchObject([{ id }]);
    await queue.sent(id, '0xbb');
    await queue.complete(id, '0xbb', 'daemon');
    await queue.report([{ id, error: 'TRANSACTION_EXPIRED: too late', reopens: true }]);
    expect(await queue.get(id)).toMatchObject({ state: 'completed', txId: '0xbb', closedBy: 'daemon' });
  });

  onServer('a queue counts what waits, by chain and by progress', async () => {
    const ids = [await add(), await add(), await add(), await add()];
    now = 5_000;
    await add(bsc);
    await queue.claimed(ids.slice(1, 3));
    await queue.report([{ id: ids[2]!, error: 'X: one', final: true }]);
    await queue.sent(ids[3]!, '0xaa');
    const counts = await queue.waiting(network);
    expect(counts.toSorted((one, other) => (one.progress < other.progress ? -1 : 1))).toEqual([
      { chain: eth, progress: 'broadcast', count: 1, oldest: 1_000 },
      { chain: eth, progress: 'claimed', count: 1, oldest: 1_000 },
      { chain: eth, progress: 'failed', count: 1, oldest: 1_000 },
      ...counts.filter(({ progress }) => progress === 'unclaimed'),
    ]);
    const unclaimed = counts.filter(({ progress }) => progress === 'unclaimed');
    expect(new Map(unclaimed.map(({ chain, count, oldest }) => [chain, [count, oldest]]))).toEqual(
      new Map([
        [eth, [1, 1_000]],
        [bsc, [1, 5_000]],
      ]),
    );
    expect(await queue.waiting('mainnet')).toEqual([]);
    const found = await queue.unclaimed({ network, before: 5_000, limit: 10 });
    expect(found).toEqual([{ id: ids[0], chain: eth, createdAt: 1_000 }]);
    expect(await queue.unclaimed({ network, before: 6_000, limit: 1 })).toHaveLength(1);
  });
});
