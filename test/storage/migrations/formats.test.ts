import { describe, expect, it } from 'vitest';
import { defaultTenant, parseTenantId } from '../../../src/core/ids.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { openQueue } from '../../../src/storage/queue/queue.js';
import { anySlot, freshLocation, kinds, storeId } from '../support.js';
import { makeOlderQueue, makeOlderStore, run, schemaOf } from './older.js';

describe.each(kinds)('a database of an older format on %s', (kind) => {
  const older = freshLocation(kind);
  const fresh = freshLocation(kind);

  it.each([1, 2, 3, 4, 5, 6])(
    'an older store becomes the same as one that is made today: format %i',
    async (format) => {
      await (await createStore(fresh(), { storeId, slots: [anySlot()] })).close();
      await makeOlderStore(older(), kind, format, storeId);
      await (await openStore(older())).close();
      expect(await schemaOf(older(), kind)).toEqual(await schemaOf(fresh(), kind));
    },
  );

  it('transactions and idempotency keys of an older queue belong to the default tenant', async () => {
    const id = '5e6645712b55823de7ea82f1';
    await makeOlderQueue(older(), kind, 3);
    await run(older(), [
      `INSERT INTO pending_transactions (id, chain, network, hashes, serialized, state, created_at)
        VALUES ('${id}', 'ETH', 'testnet', '[]', '{}', 'pending', 1)`,
      `INSERT INTO idempotency_keys (key, digest, pending_id) VALUES ('payout-1', 'd', '${id}')`,
    ]);
    const queue = await openQueue(older());
    const [first, shop] = [queue.of(defaultTenant), queue.of(parseTenantId('shop'))];
    const key = { key: 'payout-1', digest: 'd' };
    for (const view of [queue, first]) expect([(await view.get(id))?.id, await view.repeated(key)]).toEqual([id, id]);
    expect([await shop.get(id), await shop.repeated(key)]).toEqual([undefined, undefined]);
    await queue.close();
  });

  it.each([1, 2, 3, 4, 5])('an older queue becomes the same as one that is made today: format %i', async (format) => {
    await (await openQueue(fresh())).close();
    await makeOlderQueue(older(), kind, format);
    await (await openQueue(older())).close();
    const found = await schemaOf(older(), kind);
    expect(found.length).toBeGreaterThan(5);
    expect(found).toEqual(await schemaOf(fresh(), kind));
  });
});
