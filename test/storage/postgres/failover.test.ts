import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../../../src/core/store/store.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { whyNoPostgres } from '../../support/postgres.js';
import { makePostgres, type PostgresServer } from '../../support/postgres-server.js';
import { anySlot, anyWallet, storeId } from '../support.js';

const none = await whyNoPostgres();
const onServer = none === undefined ? test : test.skip;

let server: PostgresServer;
beforeAll(async () => {
  if (none === undefined) server = await makePostgres();
});
afterAll(() => server?.destroy());

const record = (store: Store, wallet: string) =>
  store.audit.add([{ code: 'wallet.exported', detail: { wallets: [wallet] } }]);

onServer(
  'a process goes on with no database that lacks what it wrote or read there, until the newer one is back',
  async () => {
    const url = await server.createDatabase();
    const writer = await createStore(url, { storeId, slots: [anySlot()] });
    await record(writer, 'kept');
    await server.keep('older');
    await record(writer, 'lost');
    const reader = await openStore(url);
    const wallet = anyWallet();
    expect(await reader.wallets.count({})).toBe(0);
    await server.keep('newer');
    await server.putBack('older');

    // Processes that know of nothing go on, and their events take the places of those that are lost.
    const other = await openStore(url);
    await record(other, 'first after');
    await record(other, 'second after');
    for (const store of [writer, reader]) {
      const older = { code: 'STORE_OLDER', message: expect.stringMatching(/lacks event 1 of the audit log/) };
      await expect(store.wallets.count({})).rejects.toMatchObject(older);
      await expect(store.wallets.add([wallet])).rejects.toMatchObject(older);
      await expect(record(store, 'after')).rejects.toMatchObject(older);
    }
    expect(await other.wallets.count({})).toBe(0);

    await server.putBack('newer');
    await writer.wallets.add([wallet]);
    expect(await reader.wallets.count({})).toBe(1);
    // The other one knows what only the older database had.
    await expect(other.wallets.count({})).rejects.toMatchObject({ code: 'STORE_OLDER' });
    await Promise.all([writer, reader, other].map((store) => store.close()));
  },
);

onServer('a commit for which the server stopped waiting for its standby is of unknown fate', async () => {
  const store = await createStore(await server.createDatabase(), { storeId, slots: [anySlot()] });
  const waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name = 'custos'";
  await server.admin("ALTER SYSTEM SET synchronous_standby_names = 'absent'");
  await server.admin('SELECT pg_reload_conf()');
  let outcome: unknown;
  // The server takes the setting up a moment later, so the first one may not wait.
  for (let stopped = 0; stopped === 0; ) {
    outcome = undefined;
    const add = async () => {
      outcome = (await store.wallets.add([anyWallet()]).catch((error: unknown) => error)) ?? 'durable';
    };
    void add();
    while (outcome === undefined) stopped += (await server.admin(`SELECT pg_cancel_backend(pid) ${waiting}`)).length;
  }
  expect(outcome).toMatchObject({ code: 'COMMIT_UNKNOWN' });
  await server.admin('ALTER SYSTEM RESET synchronous_standby_names');
  await server.admin('SELECT pg_reload_conf()');
  await store.wallets.add([anyWallet()]);
  await store.close();
});
