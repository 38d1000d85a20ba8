import { describe, expect, it } from 'vitest';
import type { Journal, Lease } from '../../../src/core/store/journal.js';
import { kinds } from '../support.js';
import { claimOne, day, freshPlace, noon, pendingOf, reserves, takes, usedBy } from './support.js';

/** What happens to a transaction that has reserved 6. */
type Fate = (journal: Journal, lease: Lease) => Promise<unknown>;

const signedAs = (id: string) => ({ signed: `0x${id}`, txId: `0x${id}` });
const signs: Fate = (journal, lease) => journal.advance(lease, 'signed', signedAs(lease.id));
const failed = { errorCode: 'NODE_REFUSED', errorText: 'no' } as const;

const frees: Readonly<Record<string, Fate>> = {
  'a person cancels it': (journal, { id }) => journal.cancel(id),
  'the application withdraws it': async (journal, lease) => {
    await journal.rest(lease, 0);
    const entry = await journal.get(lease.id);
    if (entry !== undefined) expect(await journal.withdraw(entry)).toBe(true);
  },
  'it is denied without bytes': (journal, lease) => journal.advance(lease, 'denied', failed),
  'it fails without bytes': (journal, lease) => journal.advance(lease, 'failed', failed),
  'it fails without bytes after it was held': async (journal, lease) => {
    await journal.advance(lease, 'held', failed);
    await journal.advance(lease, 'failed', failed);
  },
  'its bytes are proved dead': async (journal, lease) => {
    await signs(journal, lease);
    await journal.expire(lease, 'the chain has passed its last block');
  },
  'it is cancelled with a proof that its bytes are dead': async (journal, lease) => {
    await signs(journal, lease);
    await journal.cancel(lease.id, { txId: `0x${lease.id}`, text: 'another took its nonce' });
  },
  'it failed with bytes, and is cancelled with a proof': async (journal, lease) => {
    await signs(journal, lease);
    await journal.advance(lease, 'failed', failed);
    await journal.cancel(lease.id, { txId: `0x${lease.id}`, text: 'another took its nonce' });
  },
};

const keeps: Readonly<Record<string, Fate>> = {
  'it is signed': signs,
  'it is broadcast': async (journal, lease) => {
    await signs(journal, lease);
    await journal.advance(lease, 'broadcast', {});
  },
  'it is completed': async (journal, lease) => {
    await signs(journal, lease);
    await journal.advance(lease, 'broadcast', {});
    await journal.advance(lease, 'completed', {});
  },
  'the network refuses its bytes': async (journal, lease) => {
    await signs(journal, lease);
    await journal.advance(lease, 'failed', { errorCode: 'BROADCAST_REFUSED', errorText: 'no' });
  },
  'the network refuses its bytes, and a person retries it': async (journal, lease) => {
    await signs(journal, lease);
    await journal.advance(lease, 'failed', { errorCode: 'BROADCAST_REFUSED', errorText: 'no' });
    await journal.retry(lease.id);
  },
  'it is held': (journal, lease) => journal.advance(lease, 'held', { ...failed, nextAttemptAt: noon }),
  'a time-out postpones it': (journal, lease) =>
    journal.advance(lease, 'claimed', { ...failed, errorCode: 'STEP_TIMEOUT', nextAttemptAt: noon }, 'postponed'),
  'its process ends': (journal) => journal.endLeases(),
  'it rests': (journal, lease) => journal.rest(lease, noon),
  'somebody tries to cancel bytes without a proof': async (journal, lease) => {
    await signs(journal, lease);
    await expect(journal.cancel(lease.id)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  },
  'another process claims it': async (journal, lease) => {
    await journal.endLeases();
    await journal.claim([pendingOf(lease.id)]);
  },
};

describe.each(kinds)('a reservation on %s', (kind) => {
  const place = freshPlace(kind);

  async function left(fate: Fate): Promise<bigint> {
    const { journal } = place.store();
    await journal.reserveBudgets(await claimOne(journal, 'other'), reserves('0', takes(3n)));
    const lease = await claimOne(journal, 'a');
    await journal.reserveBudgets(lease, reserves('0', takes(6n)));
    await fate(journal, lease);
    return usedBy((await place.another()).journal);
  }

  it.each(Object.keys(frees))('a reservation is freed when %s', async (why) => {
    expect(await left(frees[why] ?? signs)).toBe(3n);
  });

  it.each(Object.keys(keeps))('a reservation stays when %s', async (why) => {
    expect(await left(keeps[why] ?? signs)).toBe(9n);
  });

  it('the reservation of bytes that went to another transaction stays, and a retry reserves its own', async () => {
    const { journal } = place.store();
    const lease = await claimOne(journal, 'a');
    await journal.reserveBudgets(lease, reserves('0', takes(3n)));
    await signs(journal, lease);
    await journal.advance(lease, 'failed', failed);
    const other = await claimOne(journal, 'b');
    await journal.reserveBudgets(other, reserves('0', takes(3n)));
    await journal.advance(other, 'signed', signedAs('a'));
    await journal.retry('a');
    await journal.reserveBudgets(await claimOne(journal, 'a'), reserves('1', takes(2n)));
    expect(await usedBy(journal)).toBe(8n);
    await journal.cancel('a');
    expect(await usedBy(journal)).toBe(6n);
  });

  it('bytes that are made again are charged again, and freed again', async () => {
    const { journal } = place.store();
    for (const attempt of ['0', '1', '2']) {
      const lease = await claimOne(journal, 'a');
      await journal.reserveBudgets(lease, reserves(attempt, takes(6n)));
      await journal.advance(lease, 'signed', signedAs(attempt));
      expect(await usedBy(journal)).toBe(6n);
      await journal.expire(lease, 'proof');
      expect(await usedBy(journal)).toBe(0n);
    }
    expect(await usedBy(journal, day, 0)).toBe(0n);
  });
});
