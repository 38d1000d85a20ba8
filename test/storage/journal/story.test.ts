import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { parsePending } from '../../../src/core/signing/pending.js';
import { createStore } from '../../../src/storage/open-store.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { anySlot, eth, freshLocation, kinds, storeId } from '../support.js';

const rootKey = new Uint8Array(randomBytes(32));
const received = {
  ...{ id: 'a', chain: 'ETH', hashes: ['26d3883e-4e17-48b3-a0ee-09a3e484ac83'] },
  serializedTransaction: '{}',
};
const pending = parsePending(received, eth, 'testnet');
const ROUNDS = 8;

for (const kind of kinds) {
  const location = freshLocation(kind);

  test(`a story that grows while it is read is not taken for a damaged one on ${kind}`, async () => {
    const store = await createStore(location(), { storeId, slots: [anySlot()] });
    await store.unlockJournal({ key: journalKeyOf(rootKey, storeId), mayAdopt: false });
    const { journal } = store;
    const seen: string[] = [];
    let isOver = false;
    const write = async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const [claimed] = await journal.claim([pending]);
        if (claimed?.kind === 'changed' || claimed?.lease === undefined) throw new Error('not claimed');
        await journal.advance(claimed.lease, 'failed', { errorText: 'refused' });
        await journal.retry('a');
      }
    };
    const read = async () => {
      while (!isOver) {
        seen.push(await journal.events('a').then(() => 'read', String));
        // Reads of a file end in the same turn, and would let nobody write.
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const reading = [read(), read()];
    await write().finally(() => {
      isOver = true;
    });
    await Promise.all(reading);
    expect(new Set(seen)).toEqual(new Set(['read']));
    expect(await journal.events('a')).toHaveLength(1 + 2 * ROUNDS);
    await store.close();
  });
}
