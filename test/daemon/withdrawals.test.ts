import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Log, silentLog } from '../../src/core/log.js';
import { Secret } from '../../src/core/secret.js';
import type { State } from '../../src/core/store/journal.js';
import type { Queue } from '../../src/core/store/queue.js';
import { createCloudSource } from '../../src/daemon/cloud-source.js';
import { Withdrawals } from '../../src/daemon/withdrawals.js';
import { type RunningGateway, startGateway } from '../../src/gateway/server.js';
import { openQueue } from '../../src/storage/queue/queue.js';
import { makeCloud } from '../cloud/parts.js';
import { apiKey, client, eth, optionsFor } from '../gateway/running.js';
import { carrying, pendingOf } from '../lifecycle/carrying.js';
import { freshSchema, whyNoPostgres } from '../support/postgres.js';

const noPostgres = await whyNoPostgres();
const daemon = carrying();
const unsigned: readonly State[] = ['claimed', 'held', 'denied', 'failed'];

/** A gateway with a queue of its own; no node is ever asked. */
interface Place {
  readonly queue: Queue;
  readonly gateway: RunningGateway;
}

describe.each([
  ['SQLite', undefined],
  ['PostgreSQL', noPostgres],
])('a transaction that is not signed, with a queue on %s,', (kind, missing) => {
  const onServer = missing === undefined ? test : test.skip;
  let directory: string;
  let right: Place;
  let empty: Place;
  let now: number;
  let told: { readonly id: unknown; readonly text: string }[];

  async function open(name: string): Promise<Place> {
    const queue = await openQueue(kind === 'SQLite' ? join(directory, name) : await freshSchema());
    return { queue, gateway: await startGateway({ ...optionsFor('http://127.0.0.1:1', queue), port: 0 }) };
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'custos-withdrawals-'));
    [now, told] = [Date.now(), []];
    if (missing === undefined) [right, empty] = [await open('right.db'), await open('empty.db')];
  });
  afterEach(async () => {
    for (const { queue, gateway } of missing === undefined ? [right, empty] : []) {
      await gateway.close();
      await queue.close();
    }
    await rm(directory, { recursive: true, force: true });
  });

  /** One in each state, as a daemon of the right gateway left them. */
  async function left(): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const state of unsigned) {
      const { keys } = pendingOf('any');
      const hashes = keys.map(({ signatureId }) => signatureId);
      const id = await right.queue.enqueue({ chain: eth, network: 'testnet', hashes, serializedTransaction: '{}' });
      const { lease } = await daemon.claimed(id, state === 'claimed' ? [] : [[state, {}]]);
      if (state === 'claimed' || state === 'held') await daemon.journal.rest(lease, 0);
      ids.push(id);
    }
    return ids;
  }

  const states = (ids: readonly string[]) =>
    Promise.all(ids.map(async (id) => (await daemon.journal.get(id))?.state ?? 'gone'));

  function looking({ gateway }: Place): Withdrawals {
    const keep = (fields: object, text: string) => void told.push({ id: Reflect.get(fields, 'id'), text });
    const log: Log = { ...silentLog, warn: keep, info: keep };
    const source = createCloudSource(makeCloud(gateway.url, { apiKey: Secret.text(apiKey) }));
    const clock = { now: () => now, wait: async () => undefined };
    return new Withdrawals(daemon.daemonParts(source, { log, clock }), eth);
  }

  /** Once through the journal: the look after its last page finds nothing, and the next one begins at its start. */
  async function around(withdrawals: Withdrawals): Promise<void> {
    for (let look = 0; look < 2; look++) {
      await withdrawals.look(() => true);
      now += 30_000;
    }
  }

  onServer('a transaction stays unchanged when the gateway does not know it, and this is logged once', async () => {
    const ids = await left();
    const withdrawals = looking(empty);
    for (let round = 0; round < 3; round++) {
      await around(withdrawals);
      now += 3_600_000;
    }
    expect(await states(ids)).toEqual(unsigned);
    const warned = told.filter(({ text }) => text === 'pending transaction unknown to the cloud');
    expect(warned.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(told).toHaveLength(warned.length);
  });

  onServer('a clock that is put back puts off no look and no question', async () => {
    const ids = await left();
    const withdrawals = looking(right);
    now += 100 * 24 * 3_600_000;
    await withdrawals.look(() => true);
    now -= 100 * 24 * 3_600_000;
    for (const id of ids) await client(right.gateway.url).call('DELETE', `/v3/kms/${id}`);
    await around(withdrawals);
    expect(await states(ids)).toEqual(ids.map(() => 'cancelled'));
  });

  onServer('a withdrawal at a gateway cancels its transaction, each by its own gateway', async () => {
    const ids = await left();
    const application = client(right.gateway.url);
    const withdrawals = looking(right);
    await around(withdrawals);
    expect(await states(ids)).toEqual(unsigned);
    for (const [at, id] of ids.entries()) {
      expect(await application.call('DELETE', `/v3/kms/${id}`)).toMatchObject({ status: 204 });
      await around(withdrawals);
      expect(await states(ids)).toEqual([...ids.slice(0, at + 1).map(() => 'cancelled'), ...unsigned.slice(at + 1)]);
    }
    expect(new Set(told.map(({ text }) => text))).toEqual(new Set(['transaction withdrawn by the application']));
  });
});
