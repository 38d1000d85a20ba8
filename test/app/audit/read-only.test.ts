import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recordUnlock, recordWhereWritable, signLog } from '../../../src/app/audit/unlock.js';
import { systemClock } from '../../../src/core/clock.js';
import { type Log, silentLog } from '../../../src/core/log.js';
import { Secret } from '../../../src/core/secret.js';
import type { Store } from '../../../src/core/store/store.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { makeSlot, openSlot } from '../../../src/vault/key-slots.js';
import { anyWallet, freshLocation, storeId } from '../../storage/support.js';
import { query } from '../../support/postgres-server.js';

const rootKey = new Uint8Array(32).fill(5);
const location = freshLocation('postgres');
let store: Store;

/** The location of the same store for a user who may only read. */
async function asReader(url: string): Promise<string> {
  const name = `reader_${randomBytes(6).toString('hex')}`;
  await query(
    url,
    `DO $$ BEGIN
       EXECUTE 'CREATE ROLE ${name} LOGIN PASSWORD ''reads''';
       EXECUTE format('GRANT USAGE ON SCHEMA %I TO ${name}', current_schema());
       EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO ${name}', current_schema());
     END $$`,
  );
  return url.replace(/\/\/.*@/, `//${name}:reads@`);
}

beforeEach(async () => {
  const slot = await makeSlot(rootKey, Secret.text('password'), { kind: 'password', storeId, generation: 1 });
  const made = await createStore(location(), { storeId, slots: [slot] });
  await made.approvals.addConstitution({ version: 1, box: Uint8Array.of(1), viewBox: Uint8Array.of(2) });
  await made.close();
  store = await openStore(await asReader(location()));
});
afterEach(() => store.close());

it('a store that cannot be written is opened and read, and its log stays as it is', async () => {
  const warned: string[] = [];
  const before = await store.audit.heads();
  const log: Log = { ...silentLog, warn: (_fields, text) => void warned.push(text) };
  const opened = await openSlot(await store.slots.all(), Secret.text('password'), storeId);
  await recordUnlock({ store, command: 'wallet list' }, opened);
  await recordWhereWritable(store.audit, [{ code: 'wallet.exported', detail: { wallets: ['a'] } }]);
  await signLog({ clock: systemClock, log }, store, rootKey);
  expect(warned).toEqual([]);
  expect(await store.audit.heads()).toEqual(before);
  await expect(store.wallets.add([anyWallet()])).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
});

it('an event that belongs to a change is refused by a store that cannot be written', async () => {
  const opened = await openSlot(await store.slots.all(), Secret.text('password'), storeId);
  await recordUnlock({ store, command: 'daemon' }, opened);
  const stopped = store.audit.add([{ code: 'daemon.stopped', detail: {} }]);
  await expect(stopped).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
});
