import { afterEach, beforeEach, expect, test } from 'vitest';
import { releaseTransaction } from '../../../src/app/transactions/release.js';
import { createRegistry } from '../../../src/chains/registry.js';
import { defaultTenant } from '../../../src/core/ids.js';
import type { Nodes } from '../../../src/core/network/cloud.js';
import type { Delivery } from '../../../src/core/store/intake-facts.js';
import type { Store } from '../../../src/core/store/store.js';
import { createStore } from '../../../src/storage/open-store.js';
import { pendingOf, signedFact } from '../../lifecycle/carrying.js';
import { anySlot, freshLocation, storeId } from '../../storage/support.js';

const location = freshLocation();
let store: Store;
beforeEach(async () => {
  store = await createStore(location(), { storeId, slots: [anySlot()] });
});
afterEach(() => store.close());

/** A node of the network that has this transaction, or none. */
function parts(known?: string, chainId = '0xaa36a7') {
  const answers: Readonly<Record<string, unknown>> = {
    eth_chainId: chainId,
    eth_getTransactionByHash: known === undefined ? null : { hash: known },
    eth_getTransactionCount: '0x0',
    eth_blockNumber: '0x10',
    eth_getBlockByNumber: { number: '0x10', hash: `0x${'bb'.repeat(32)}`, transactions: [] },
  };
  const rpc = async (method: string) => answers[method] ?? null;
  const nodes = () => ({ client: () => ({ rpc, http: async () => ({}) }) }) as unknown as Nodes;
  return { journal: store.journal, chains: createRegistry(), nodes, developmentChainIds: new Map() };
}

async function ended(delivery: Delivery): Promise<string> {
  const pending = pendingOf('one');
  await store.journal.accept({ tenant: defaultTenant, source: 'api', kind: 'transaction', delivery, pending });
  const [claim] = await store.journal.claim([pending]);
  if (claim === undefined || !('lease' in claim) || claim.lease === undefined) throw new Error('no lease');
  await store.journal.advance(claim.lease, 'signed', signedFact);
  if (delivery === 'broadcast') await store.journal.advance(claim.lease, 'broadcast', {});
  await store.journal.advance(claim.lease, 'completed', {});
  return pending.id;
}

test('bytes that were handed out and that the network does not have are released, and stay recorded', async () => {
  const id = await ended('return');
  expect(await releaseTransaction(parts(), id)).toMatchObject({
    state: 'failed',
    errorCode: 'TRANSACTION_RELEASED',
    signed: signedFact.signed,
  });
});

test('bytes that the network has are not released', async () => {
  const id = await ended('return');
  await expect(releaseTransaction(parts(signedFact.txId), id)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  expect(await store.journal.get(id)).toMatchObject({ state: 'completed' });
});

test('a node of another network releases nothing', async () => {
  const id = await ended('return');
  await expect(releaseTransaction(parts(undefined, '0x1'), id)).rejects.toMatchObject({ code: 'CHAIN_ID_MISMATCH' });
  expect(await store.journal.get(id)).toMatchObject({ state: 'completed' });
});

test('bytes that Custos sent are not released', async () => {
  const id = await ended('broadcast');
  await expect(releaseTransaction(parts(), id)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
});
