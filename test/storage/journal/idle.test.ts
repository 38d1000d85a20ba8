import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRegistry } from '../../../src/chains/registry.js';
import { defaultTenant, parseChainId } from '../../../src/core/ids.js';
import { newRequestId } from '../../../src/core/network/request-id.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import { openStates, type State } from '../../../src/core/store/journal.js';
import type { Store } from '../../../src/core/store/store.js';
import { createStore } from '../../../src/storage/open-store.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { anySlot, eth, freshLocation, kinds, storeId } from '../support.js';

const opening = { key: journalKeyOf(new Uint8Array(randomBytes(32)), storeId), mayAdopt: false };
const clock = { now: () => 1_800_000_000_000, wait: async () => undefined };
const sol = parseChainId('SOL');

describe.each(kinds)('whether a chain is idle, on %s', (kind) => {
  const location = freshLocation(kind);
  let store: Store;

  beforeEach(async () => {
    store = await createStore(location(), { storeId, slots: [anySlot()] }, clock);
    await store.unlockJournal(opening);
  });
  afterEach(() => store.close());

  /** A request of ETH, in the first state. */
  async function accepted(network: 'testnet' | 'mainnet' = 'testnet') {
    const id = newRequestId(clock.now());
    const hashes = [`26d3883e-4e17-48b3-a0ee-${id.slice(12)}`];
    const pending = parsePending({ id, chain: 'ETH', hashes, serializedTransaction: '{}' }, eth, network);
    await store.journal.accept({
      tenant: defaultTenant,
      source: 'api',
      kind: 'transaction',
      delivery: 'broadcast',
      pending,
    });
    const [claim] = await store.journal.claim([pending]);
    if (claim === undefined || !('lease' in claim) || claim.lease === undefined) throw new Error('no lease');
    return claim.lease;
  }

  it('each chain hears of its own transactions, when all ask at once', async () => {
    await accepted();
    const all = [...createRegistry().ids];
    const idle = await Promise.all(all.map((chain) => store.journal.isIdle(chain, 'testnet')));
    expect(all.filter((_chain, place) => idle[place] === false)).toEqual([eth]);
  });

  it('what is on the other network is no work', async () => {
    await accepted('mainnet');
    expect(await store.journal.isIdle(eth, 'testnet')).toBe(true);
    expect(await store.journal.isIdle(eth, 'mainnet')).toBe(false);
  });

  it('a transaction is work in every state until it has ended', async () => {
    const lease = await accepted();
    const seen: State[] = [];
    const look = async () => {
      expect(await store.journal.isIdle(sol, 'testnet')).toBe(true);
      const state = (await store.journal.get(lease.id))?.state;
      if (state !== undefined && !(await store.journal.isIdle(eth, 'testnet'))) seen.push(state);
      return state;
    };
    const bytes = { signed: '0x01', txId: '0x02', completed: '{}', sender: 'anyone', nonce: 0n };
    await look();
    await store.journal.advance(lease, 'held', { errorText: 'waits' });
    await look();
    await store.journal.advance(lease, 'claimed', {});
    await store.journal.advance(lease, 'signed', bytes);
    await look();
    await store.journal.advance(lease, 'broadcast', {});
    await look();
    await store.journal.advance(lease, 'completed', {});
    expect(await look()).toBe('completed');
    expect(new Set(seen)).toEqual(new Set(openStates));
  });
});
