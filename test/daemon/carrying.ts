import { afterEach, beforeEach } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { systemClock } from '../../src/core/clock.js';
import { silentLog } from '../../src/core/log.js';
import { noMeter } from '../../src/core/meter.js';
import { type PendingTransaction, parsePending } from '../../src/core/signing/pending.js';
import type { JournalFact, State } from '../../src/core/store/journal.js';
import type { Store } from '../../src/core/store/store.js';
import { LeaseKeeper } from '../../src/daemon/lease-keeper.js';
import type { DaemonParts } from '../../src/daemon/parts.js';
import type { Claimed } from '../../src/daemon/settle.js';
import { createStore } from '../../src/storage/open-store.js';
import { anySlot, eth, freshLocation, storeId } from '../storage/support.js';

/** What the journal knows of bytes that were signed. */
export const signedFact: JournalFact = {
  completed: '{"nonce":"5"}',
  sender: '0x8cb76aed9c5e336ef961265c6079c14e9cd3d2ea',
  nonce: 5n,
  signed: '0xf86c',
  txId: `0x${'aa'.repeat(32)}`,
};

export function pendingOf(id: string): PendingTransaction {
  const hashes = ['26d3883e-4e17-48b3-a0ee-09a3e484ac83'];
  return parsePending({ id, chain: 'ETH', hashes, index: 3, serializedTransaction: '{"to":"0x1"}' }, eth, 'testnet');
}

/** Steps of the daemon over a real journal, for each test of the file that calls this; all other parts are as given. */
export function carrying() {
  const location = freshLocation();
  let store: Store;
  beforeEach(async () => {
    store = await createStore(location(), { storeId, slots: [anySlot()] });
  });
  afterEach(() => store.close());

  return {
    get journal() {
      return store.journal;
    },

    parts(given: Partial<DaemonParts> = {}): DaemonParts {
      const { journal, wallets } = store;
      const parts: Partial<DaemonParts> = {
        network: 'testnet',
        chains: createRegistry(),
        wallets,
        journal,
        judges: [],
        clock: systemClock,
        log: silentLog,
        meter: noMeter,
        leases: new LeaseKeeper(journal, silentLog),
        shared: false,
        maxAttempts: 10,
        confirmations: () => 1,
        rules: new Map(),
        ...given,
      };
      return parts as DaemonParts;
    },

    /** A new transaction, with a lease on it, that these steps were taken with. */
    async claimed(id: string, steps: readonly (readonly [State, JournalFact])[] = []): Promise<Claimed> {
      const [result] = await store.journal.claim([pendingOf(id)]);
      if (result?.kind === 'changed' || result?.lease === undefined) throw new Error('no lease');
      for (const [state, fact] of steps) await store.journal.advance(result.lease, state, fact);
      return { entry: (await store.journal.get(id)) ?? result.entry, lease: result.lease };
    },
  };
}
