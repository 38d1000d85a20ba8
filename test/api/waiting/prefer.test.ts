import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Changes } from '../../../src/api/waiting/changes.js';
import { settled, waitOf } from '../../../src/api/waiting/prefer.js';
import { defaultTenant } from '../../../src/core/ids.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { JournalEntry } from '../../../src/core/store/journal.js';
import type { Store } from '../../../src/core/store/store.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { anySlot, eth, freshLocation, kinds, storeId } from '../../storage/support.js';

const opening = { key: journalKeyOf(new Uint8Array(32), storeId), mayAdopt: false };

/** A clock whose periods never end by themselves: only a signal ends a wait. */
function stoppedClock() {
  const looks: (() => void)[] = [];
  let begun = () => {};
  return {
    /** Resolves when somebody begins to wait. */
    waited: () =>
      new Promise<void>((resolve) => {
        begun = resolve;
      }),
    /** Ends all waits, as their time would. */
    tick: () => looks.splice(0).map((look) => look()).length,
    now: () => Date.now(),
    wait: (_milliseconds: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        if (signal?.aborted) return resolve();
        looks.push(resolve);
        begun();
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
}

function request() {
  const id = randomBytes(12).toString('hex');
  const received = { id, chain: 'ETH', hashes: [], serializedTransaction: '{"to":"0x1"}' };
  const pending = parsePending(received, eth, 'testnet');
  return { tenant: defaultTenant, source: 'api', kind: 'transaction', delivery: 'broadcast', pending } as const;
}

describe.each(kinds)('waiting for a request in a store on %s', (kind) => {
  const location = freshLocation(kind);
  let store: Store;
  let entry: JournalEntry;
  const clock = stoppedClock();
  const signal = () => new AbortController().signal;
  const waits = () => ({ journal: store.journal, changes: new Changes(store.events), clock, closing: signal() });

  beforeEach(async () => {
    store = await createStore(location(), { storeId, slots: [anySlot()] });
    await store.unlockJournal(opening);
    const accepted = await store.journal.accept(request());
    if (accepted.kind === 'different') throw new Error('a new request is known');
    entry = accepted.entry;
  });
  afterEach(() => store.close());

  /** A request that this process accepted and carries. */
  async function claimed() {
    const accepted = await store.journal.accept(request(), { claims: true });
    if (accepted.kind !== 'accepted' || accepted.lease === undefined) throw new Error('not claimed');
    return { entry: accepted.entry, lease: accepted.lease };
  }

  it('is ended by the step that ends the request, and by no clock', async () => {
    const waiting = settled(entry, { seconds: 60, signal }, waits());
    await store.journal.cancel(entry.id);
    expect((await waiting).state).toBe('cancelled');
  });

  it('reads nothing where this process carries the request itself', async () => {
    const { journal } = store;
    const carried = await claimed();
    let reads = 0;
    const counting = {
      get(id: string) {
        reads += 1;
        return journal.get(id);
      },
    };
    const until = { seconds: 60, signal, isNew: true };
    const waiting = settled(carried.entry, until, { ...waits(), journal: counting });
    await journal.advance(carried.lease, 'denied', { errorCode: 'POLICY_DENIED', errorText: 'no' });
    const last = await waiting;
    expect([last.state, reads]).toEqual(['denied', 0]);
    expect(last).toEqual(await journal.get(carried.entry.id));
  });

  it('looks again where what this process wrote was no end', async () => {
    const { journal } = store;
    const carried = await claimed();
    const waiting = settled(carried.entry, { seconds: 60, signal, isNew: true }, waits());
    const completed = { completed: '{"nonce":"5"}', sender: '0x1', nonce: 5n, signed: '0xf86c', txId: '0x1' };
    await journal.advance(carried.lease, 'signed', completed);
    await journal.advance(carried.lease, 'broadcast', {});
    expect((await waiting).state).toBe('broadcast');
  });

  it('misses nothing that happens between its look and its wait', async () => {
    const { journal } = store;
    let cancelled: Promise<unknown> | undefined;
    const late = {
      async get(id: string) {
        const found = await journal.get(id);
        cancelled ??= journal.cancel(id);
        await cancelled;
        return found;
      },
    };
    expect((await settled(entry, { seconds: 60, signal }, { ...waits(), journal: late })).state).toBe('cancelled');
  });

  it('is not ended by what happens to others', async () => {
    const changes = new Changes(store.events);
    const { changed, end } = changes.lookOut('another');
    await store.journal.cancel(entry.id);
    expect(changed.aborted).toBe(false);
    end();
  });

  it('finds what another process wrote at its next look', async () => {
    const other = await openStore(location());
    await other.unlockJournal(opening);
    const waiting = settled(entry, { seconds: 60, signal }, waits());
    await clock.waited();
    await other.journal.cancel(entry.id);
    expect(clock.tick()).toBeGreaterThan(0);
    expect((await waiting).state).toBe('cancelled');
    await other.close();
  });

  it.each(['signal', 'closing'] as const)('ends when the %s of the client or the server says so', async (name) => {
    const gone = new AbortController();
    const until = { seconds: 60, signal: name === 'signal' ? () => gone.signal : signal };
    const waiting = settled(entry, until, { ...waits(), ...(name === 'closing' && { closing: gone.signal }) });
    await clock.waited();
    gone.abort();
    expect((await waiting).state).toBe('claimed');
  });
});

describe('the preference of a client', () => {
  it.each([
    ['wait=5', 5],
    ['respond-async, wait=600', 60],
    ['waiting=5', undefined],
    [undefined, undefined],
  ])('%s is read as %s seconds', (header, seconds) => {
    expect(waitOf(header)).toBe(seconds);
  });
});
