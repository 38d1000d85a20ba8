import { chmod, mkdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { storeFacts } from '../../../src/app/doctor/store.js';
import { createStore } from '../../../src/storage/open-store.js';
import { anySlot, freshDirectory, storeId } from '../../storage/support.js';

const directory = freshDirectory();

it.each([
  [0o600, 0o700, undefined],
  [0o600, 0o755, undefined],
  [0o640, 0o700, ['chmod 600']],
  [0o600, 0o777, ['chmod go-w']],
  [0o600, 0o720, ['chmod go-w']],
  [0o644, 0o1777, ['chmod 600', 'chmod go-w']],
])('doctor judges a store of mode %o in a directory of mode %o', async (file, folder, remedies) => {
  const path = directory.path('d/store.db');
  await mkdir(directory.path('d'));
  const store = await createStore(path, { storeId, slots: [anySlot()] });
  await chmod(path, file);
  await chmod(directory.path('d'), folder);
  const found = (await storeFacts(store, path)).find(({ check }) => check === 'file modes');
  await store.close();
  expect(found?.state).toBe(remedies === undefined ? 'ok' : 'warning');
  for (const remedy of remedies ?? []) expect(found?.remedy).toContain(remedy);
});
