import { expect, test } from 'vitest';
import { cancelTransaction } from '../../../src/app/transactions/cancel.js';
import { createRegistry } from '../../../src/chains/registry.js';
import type { ChainId } from '../../../src/core/ids.js';
import type { Nodes } from '../../../src/core/network/cloud.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import { journalTable } from '../../../src/storage/journal/journal.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { anySlot, freshLocation, storeId } from '../../storage/support.js';

const location = freshLocation();
const registry = createRegistry();
const clock = { now: () => 1_000, wait: async () => {} };
const id = 'aa';

/** Nodes of a network that nobody meant: they know nothing, and count everything further than any transaction waits. */
const elsewhere = { client: () => ({ rpc: async () => null, http: async () => ({}) }) } as unknown as Nodes;

/** A store with one transaction of the chain whose bytes are signed and were never sent. */
async function leaveSigned(chain: ChainId) {
  await (await createStore(location(), { storeId, slots: [anySlot()] })).close();
  const database = await openDatabase<StoreTables>(location());
  const journal = journalTable(database, clock, 'one');
  const [claimed] = await journal.claim([
    parsePending({ id, chain, hashes: [], serializedTransaction: '{}' }, chain, 'testnet'),
  ]);
  if (claimed?.kind !== 'claimed') throw new Error('not claimed');
  await journal.advance(claimed.lease, 'claimed', { completed: '{}', sender: 'sender' }, 'filled');
  await journal.advance(claimed.lease, 'signed', { signed: '0xf86c', txId: '0xaa' });
  return { database, journal };
}

test.each(registry.ids)(
  'signed bytes of %s do not end on the word of a node that did not show its network',
  async (chain) => {
    const { database, journal } = await leaveSigned(chain);
    const parts = { journal, chains: registry, nodes: () => elsewhere, developmentChainIds: new Map() };
    await expect(cancelTransaction(parts, id)).rejects.toMatchObject({
      code: expect.stringMatching(/^(STATE_CONFLICT|NODE_ANSWER_INVALID|NETWORK_MISMATCH|CHAIN_ID_MISMATCH)$/),
    });
    expect(await journal.get(id)).toMatchObject({ state: 'signed', signed: '0xf86c' });
    await database.close();
  },
);
