import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pagesFinding } from '../../../src/app/doctor/store.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { anySlot, freshDirectory, storeId } from '../../storage/support.js';

const directory = freshDirectory();

it('doctor names damage of a page that no command has needed yet', async () => {
  const path = directory.path('store.db');
  const made = await createStore(path, { storeId, slots: [anySlot()] });
  expect(await pagesFinding(made, path)).toMatchObject([{ state: 'ok' }]);
  await made.close();
  // The last pages are of tables and indexes without rows: nothing that a store reads when it is opened.
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(3_000, 0xa5), 0, 3_000, statSync(path).size - 8_192);
  closeSync(file);
  const store = await openStore(path);
  const [found] = await pagesFinding(store, path);
  await store.close();
  expect(found).toMatchObject({ state: 'problem', text: expect.stringMatching(/^[^\n]+\(STORE_DAMAGED\)$/) });
});
