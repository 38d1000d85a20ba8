import { afterEach, beforeEach } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { systemClock } from '../../src/core/clock.js';
import { silentLog } from '../../src/core/log.js';
import { noMeter } from '../../src/core/meter.js';
import type { Source } from '../../src/core/network/source.js';
import { type PendingTransaction, parsePending } from '../../src/core/signing/pending.js';
import type { JournalFact, State } from '../../src/core/store/journal.js';
import type { Store } from '../../src/core/store/store.js';
import type { DaemonParts } from '../../src/daemon/parts.js';
import { LeaseKeeper } from '../../src/lifecycle/lease-keeper.js';
import type { Claimed, LifecycleParts } from '../../src/lifecycle/parts.js';
import { createWay } from '../../src/lifecycle/way.js';
import { createStore } from '../../src/storage/open-store.js';
import { anySlot, eth, freshLocation, storeId } from '../storage/support.js';
import { noFreezes } from '../support/freezes.js';

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

/** A source that has nothing and hears everything, except for what is given. */
export function sourceOf(given: Partial<Source> = {}): Source {
  return {
    name: 'cloud',
    pending: async () => [],
    status: async () => ({ kind: 'pending' }),
    complete: async () => {},
    report: async () => {},
    showsBlocks: () => false,
    broadcast: async (_chain, _pending, { txId }) => ({ txId }),
    ...given,
  };
}

/** Steps of the way over a real journal, for each test of the file that calls this; all other parts are as given. */
export function carrying() {
  const location = freshLocation();
  let store: Store;
  beforeEach(async () => {
    store = await createStore(location(), { storeId, slots: [anySlot()] });
  });
  afterEach(() => store.close());

  function parts(given: Partial<LifecycleParts> = {}): LifecycleParts {
    const { journal, wallets } = store;
    const made: Partial<LifecycleParts> = {
      chains: createRegistry(),
      wallets,
      journal,
      judges: [],
      freezes: noFreezes,
      clock: systemClock,
      log: silentLog,
      meter: noMeter,
      leases: new LeaseKeeper(journal, silentLog),
      maxAttempts: 10,
      confirmations: () => 1,
      rules: new Map(),
      ...given,
    };
    return made as LifecycleParts;
  }

  return {
    get journal() {
      return store.journal;
    },

    parts,

    daemonParts(source: Partial<Source>, given: Partial<DaemonParts> = {}): DaemonParts {
      const { wallets } = store;
      const { wallets: _, ...rest } = given;
      const lifecycle = parts(rest);
      const daemon = {
        network: 'testnet',
        source: sourceOf(source),
        way: createWay(lifecycle),
        shared: false,
      } as const;
      return { ...lifecycle, ...daemon, wallets, ...given };
    },

    /** A new transaction, with a lease on it, that these steps were taken with. */
    async claimed(
      id: string,
      steps: readonly (readonly [State, JournalFact])[] = [],
      source: Source = sourceOf(),
    ): Promise<Claimed> {
      const [result] = await store.journal.claim([pendingOf(id)]);
      if (result?.kind === 'changed' || result?.lease === undefined) throw new Error('no lease');
      for (const [state, fact] of steps) await store.journal.advance(result.lease, state, fact);
      return { entry: (await store.journal.get(id)) ?? result.entry, lease: result.lease, source };
    },
  };
}
