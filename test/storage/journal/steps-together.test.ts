import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { Journal, JournalFact, Lease } from '../../../src/core/store/journal.js';
import type { Store } from '../../../src/core/store/store.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { whyNoPostgres } from '../../support/postgres.js';
import { anySlot, eth, freshLocation, storeId } from '../support.js';

const rootKey = new Uint8Array(randomBytes(32));
const unlocking = { key: journalKeyOf(rootKey, storeId), mayAdopt: false };
const none = await whyNoPostgres();

const received = (id: string) => ({
  ...{ id, chain: 'ETH', hashes: [`26d3883e-4e17-48b3-a0ee-0000000000${Buffer.from(id).toString('hex').slice(-2)}`] },
  serializedTransaction: '{}',
});
const signing = (id: string, more: JournalFact = {}): JournalFact => ({
  signed: `0x"${id}"\\`,
  txId: `tx-${id}`,
  ...more,
});

describe.each(['sqlite', ...(none === undefined ? (['postgres'] as const) : [])] as const)(
  'steps of many transactions at the same time on %s',
  (kind) => {
    const location = freshLocation(kind);
    let store: Store;
    let journal: Journal;

    beforeEach(async () => {
      store = await createStore(location(), { storeId, slots: [anySlot()] });
      await store.unlockJournal(unlocking);
      journal = store.journal;
    });
    afterEach(() => store.close());

    async function claim(...ids: readonly string[]): Promise<Lease[]> {
      const claimed = await journal.claim(ids.map((id) => parsePending(received(id), eth, 'testnet')));
      return claimed.map((one) => {
        if (one.kind !== 'claimed') throw new Error(`not claimed: ${one.kind}`);
        return one.lease;
      });
    }

    const all = (leases: readonly Lease[], to: 'signed' | 'completed', fact: (id: string) => JournalFact) =>
      Promise.allSettled(leases.map((lease) => journal.advance(lease, to, fact(lease.id))));
    const codes = (settled: readonly PromiseSettledResult<void>[]) =>
      settled.map((one) => (one.status === 'fulfilled' ? 'written' : one.reason.code));
    const story = async (id: string) => (await journal.events(id)).map(({ event }) => event);

    test('each is written with its facts and its story', async () => {
      const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
      const leases = await claim(...ids);
      const filled = (id: string): JournalFact => ({
        ...{ completed: `{"to":"\u00e9\\n${id}"}`, sender: `0x${id}`, nonce: 7n, summary: { kind: 'transfer' } },
      });
      const steps = await all(leases, 'signed', (id) => signing(id, { filled: filled(id) }));
      expect(codes(steps)).toEqual(ids.map(() => 'written'));
      await all(leases, 'completed', (id) => ({ sent: { txId: `sent-${id}` } }));
      for (const id of ids) {
        const { signed, completed } = { ...signing(id), ...filled(id) };
        const whole = { id, state: 'completed', signed, completed, sender: `0x${id}`, nonce: 7n, txId: `sent-${id}` };
        expect(await journal.get(id)).toMatchObject(whole);
        expect(await story(id)).toEqual(['claimed', 'filled', 'signed', 'broadcast', 'completed']);
      }
      const codesOf = (await store.audit.find({ limit: 100 })).map(({ leaf }) => leaf?.code);
      for (const code of ['signed', 'broadcast', 'completed']) {
        expect(codesOf.filter((one) => one === `transaction.${code}`)).toHaveLength(ids.length);
      }
    });

    test('an error stays as long as it holds the transaction up, and afterwards only the story tells of it', async () => {
      const [lease] = await claim('a');
      if (lease === undefined) throw new Error('no lease');
      const undecided: JournalFact = { errorCode: 'JUDGE_UNDECIDED', errorText: 'bob can' };
      const away: JournalFact = { errorCode: 'NODE_UNREACHABLE', errorText: 'the node is away' };
      const errorNow = async () => (await journal.get('a'))?.errorCode;
      await journal.advance(lease, 'held', undecided);
      await journal.advance(lease, 'held', { completed: '{}' }, 'filled');
      expect(await errorNow()).toBe('JUDGE_UNDECIDED');
      await journal.advance(lease, 'signed', signing('a'));
      expect(await errorNow()).toBeUndefined();
      await journal.advance(lease, 'signed', away, 'postponed');
      expect(await errorNow()).toBe('NODE_UNREACHABLE');
      await journal.advance(lease, 'broadcast', {});
      expect(await errorNow()).toBeUndefined();
      await journal.advance(lease, 'broadcast', away, 'postponed');
      await journal.advance(lease, 'completed', {});
      expect(await errorNow()).toBeUndefined();
      const told = (await journal.events('a')).flatMap(({ fact }) => fact['errorCode'] ?? []);
      expect(told).toEqual(['JUDGE_UNDECIDED', 'NODE_UNREACHABLE', 'NODE_UNREACHABLE']);
    });

    test('numbers that it was not signed with are free again, and those of others are not', async () => {
      const leases = await claim('a', 'b', 'c');
      const grant = (lease: Lease, sender: string) => journal.takeNonce(lease, { sender, latest: 4n });
      for (const lease of leases) expect(await grant(lease, `0x${lease.id}`)).toMatchObject({ nonce: 4n });
      const number = (id: string) => ({ sender: `0x${id}`, nonce: id === 'b' ? 9n : 4n });
      await all(leases, 'signed', (id) => signing(id, { filled: number(id) }));
      const [again] = await claim('z');
      if (again === undefined) throw new Error('not claimed');
      expect(await grant(again, '0xa')).toMatchObject({ nonce: 5n });
      expect(await grant(again, '0xb')).toMatchObject({ nonce: 4n });
    });

    test('one whose lease is lost is refused alone', async () => {
      const leases = await claim('a', 'b', 'c');
      const settled = await all(
        leases.map((lease) => (lease.id === 'b' ? { ...lease, generation: 9 } : lease)),
        'signed',
        signing,
      );
      expect(codes(settled)).toEqual(['written', 'LEASE_LOST', 'written']);
      expect(await journal.get('b')).toMatchObject({ state: 'claimed' });
      expect(await story('b')).toEqual(['claimed']);
      expect(await story('c')).toEqual(['claimed', 'signed']);
    });

    test('of two with the same bytes only one is written', async () => {
      const leases = await claim('a', 'b', 'c', 'd');
      const same = (id: string) => signing(id === 'd' ? 'a' : id);
      const settled = codes(await all(leases, 'signed', same));
      expect(settled.toSorted()).toEqual(['TRANSACTION_DUPLICATE', 'written', 'written', 'written']);
      const states = await Promise.all(['a', 'd'].map(async (id) => (await journal.get(id))?.state));
      expect(states.toSorted()).toEqual(['claimed', 'signed']);
    });

    test('two steps of one transaction are not both written', async () => {
      const [first, second] = await claim('a', 'b');
      if (first === undefined || second === undefined) throw new Error('not claimed');
      const settled = await Promise.allSettled([
        journal.advance(first, 'signed', signing('a')),
        journal.advance(first, 'signed', signing('x')),
        journal.advance(second, 'signed', signing('b')),
      ]);
      expect(codes(settled)).toEqual(['written', 'STATE_CONFLICT', 'written']);
      expect(await journal.get('a')).toMatchObject({ signed: signing('a').signed });
    });

    test('signed bytes are never replaced by others', async () => {
      const leases = await claim('a', 'b', 'c');
      await all(leases, 'signed', signing);
      expect(codes(await all(leases, 'signed', (id) => signing(`other ${id}`)))).toEqual(
        leases.map(() => 'STATE_CONFLICT'),
      );
      expect(await journal.get('b')).toMatchObject({ signed: signing('b').signed });
    });

    test('one that another process has written since is read again', async () => {
      const leases = await claim('a', 'b', 'c');
      const other = await openStore(location(), systemClock);
      await other.unlockJournal(unlocking);
      await other.journal.wake('b');
      await other.close();
      const outcomes = codes(await all(leases, 'signed', signing));
      expect(outcomes).toEqual(['written', 'written', 'written']);
      expect(await story('b')).toContain('signed');
    });

    test('a row that somebody without a key has changed is not written', async () => {
      const leases = await claim('a', 'b', 'c');
      const database = await openDatabase<StoreTables>(location());
      await database.write((db) =>
        db.updateTable('transactions').set({ pending: '{}', mac: 'made up' }).where('id', '=', 'b').execute(),
      );
      await database.close();
      expect(codes(await all(leases, 'signed', signing))).toEqual(['written', 'RECORD_DAMAGED', 'written']);
    });
  },
);
