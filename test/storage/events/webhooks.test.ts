import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Webhook } from '../../../src/core/events/webhooks.js';
import { parseTenantId } from '../../../src/core/ids.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { Store } from '../../../src/core/store/store.js';
import { createStore } from '../../../src/storage/open-store.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { anySlot, eth, freshLocation, kinds, storeId } from '../support.js';

const key = journalKeyOf(new Uint8Array(32), storeId);
const tenant = parseTenantId('shop');
const wallet = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';

function webhook(facts: Partial<Webhook> = {}): Webhook {
  const [id, salt] = [`wh_${randomBytes(16).toString('hex')}`, randomBytes(16).toString('hex')];
  const url = 'https://hooks.example/';
  return { id, salt, url, tenant, network: 'testnet', isEnabled: true, createdAt: 1, ...facts };
}

describe.each(kinds)('webhooks on %s', (kind) => {
  const location = freshLocation(kind);
  let store: Store;
  let made = 0;

  beforeEach(async () => {
    store = await createStore(location(), { storeId, slots: [anySlot()] });
    await store.unlockJournal({ key, mayAdopt: false });
  });
  afterEach(() => store.close());

  const pendingOf = (id: string) =>
    parsePending({ id, chain: 'ETH', hashes: [wallet], serializedTransaction: '{"to":"0x1"}' }, eth, 'testnet');
  const happen = async () => {
    const id = (++made).toString(16).padStart(24, '0');
    const pending = pendingOf(id);
    await store.journal.accept({ tenant, source: 'api', kind: 'transaction', delivery: 'broadcast', pending });
    return id;
  };
  /** One that a daemon found at a cloud. */
  const found = async () => {
    const id = (++made).toString(16).padStart(24, '0');
    const [claimed] = await store.journal.claim([pendingOf(id)]);
    if (claimed?.kind === 'claimed') await store.journal.rest(claimed.lease, 0);
    return id;
  };
  const numbersFor = async ({ id }: Webhook) => (await store.webhooks.deliveries(id, 100)).map(({ seq }) => seq);

  it('one that is added gets what happens after it, and takes nothing from those before it', async () => {
    const [first, second] = [webhook(), webhook()];
    await store.webhooks.add(first);
    await happen();
    await store.webhooks.add(second);
    await happen();
    await store.events.number();
    expect([await numbersFor(first), await numbersFor(second)]).toEqual([[2, 1], [2]]);
  });

  it('a subscriber hears of what applications handed over and what ended, the same one is the same again', async () => {
    const feed = { tenant, network: 'testnet' } as const;
    const wanted = (subscription: 'completed' | 'failed') => ({
      ...webhook({ id: randomBytes(12).toString('hex'), salt: '' }),
      subscription,
    });
    const ids = await Promise.all(
      (['completed', 'failed', 'completed', 'failed'] as const).map((kind) => store.subscriptions.add(wanted(kind))),
    );
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
    const [completed = '', failed = ''] = ids;
    await store.webhooks.disable({ tenant, id: failed }, 'gone');
    expect(await store.subscriptions.add(wanted('failed'))).toBe(failed);
    expect((await store.webhooks.all(feed)).map(({ subscription, isEnabled }) => [subscription, isEnabled])).toEqual(
      expect.arrayContaining([
        ['completed', true],
        ['failed', true],
      ]),
    );
    const [withdrawn = '', lost = '', polled = ''] = [await happen(), await happen(), await found()];
    await store.journal.cancel(withdrawn);
    for (const id of [lost, polled]) {
      const [claimed] = await store.journal.claim([pendingOf(id)]);
      if (claimed?.kind === 'changed' || claimed?.lease === undefined) throw new Error('no lease');
      await store.journal.advance(claimed.lease, 'failed', { errorCode: 'GAS_TOO_LOW', errorText: 'not enough' });
    }
    await store.events.number();
    const all = { limit: 10, offset: 0 };
    const calls = await store.subscriptions.calls(feed, [completed, failed], all);
    expect(calls).toMatchObject([{ webhook: failed, state: 'waiting', event: { transaction: { id: lost } } }]);
    expect(await store.subscriptions.calls(feed, [completed, failed], { ...all, offset: 1 })).toEqual([]);
    expect(await store.subscriptions.countCalls([completed, failed], {})).toBe(1);
    expect(await store.subscriptions.countCalls([completed, failed], { failed: true })).toBe(0);
    expect(await store.subscriptions.countCalls([], {})).toBe(0);
  });

  it('one that is disabled keeps what was changed meanwhile, and one that was removed stays so', async () => {
    const [one, other] = [webhook(), webhook()];
    await store.webhooks.add(one);
    await store.webhooks.add(other);
    await store.webhooks.change(tenant, one.id, (now) => ({ ...now, salt: 'new' }));
    await store.webhooks.remove(tenant, other.id);
    await Promise.all([store.webhooks.disable(one, 'gone'), store.webhooks.disable(other, 'gone')]);
    expect(await store.webhooks.all()).toEqual([{ ...one, salt: 'new', isEnabled: false }]);
    await store.events.number();
    const { events } = await store.events.page({ tenant, network: 'testnet', after: 0, limit: 10 });
    expect(events.map(({ type }) => type)).toEqual(['webhook.disabled']);
  });

  it('a replay makes what the webhook wants due again, some at a time, also what happened before it was made', async () => {
    for (let at = 0; at < 3; at++) await happen();
    const [one, other] = [webhook({ types: ['transaction.accepted'] }), webhook({ types: ['webhook.disabled'] })];
    await store.webhooks.add(one);
    await store.webhooks.add(other);
    await happen();
    await store.events.number();
    const step = { webhook: one.id, seq: 4, attempts: 3, answer: '204', nextAt: 5 };
    await store.webhooks.note({ ...step, state: 'delivered' });
    const from = (after: number) => ({ after, limit: 2, now: 9 });
    expect(await store.webhooks.replay(one, from(0))).toEqual({ count: 2, last: 2, isWhole: false });
    expect(await numbersFor(one)).toEqual([4, 2, 1]);
    expect(await store.webhooks.replay(one, from(2))).toEqual({ count: 2, last: 4, isWhole: true });
    const due = await store.webhooks.due(one, { now: 9, limit: 10 });
    expect(due.map(({ seq, attempts, event }) => [seq, attempts, event?.seq])).toEqual(
      [1, 2, 3, 4].map((seq) => [seq, 0, seq]),
    );
    const rest = await store.webhooks.due(one, { now: 9, limit: 2, without: [1, 3] });
    expect(rest.map(({ seq }) => seq)).toEqual([2, 4]);
    expect(await store.webhooks.replay(one, from(4))).toEqual({ count: 0, last: 4, isWhole: true });
    expect(await store.webhooks.replay(other, from(0))).toEqual({ count: 0, last: 4, isWhole: true });
  });

  it('what ended long ago is removed a few at a time, what waits stays, and of a removed webhook nothing is left', async () => {
    const [one, gone] = [webhook({ id: `wh_${'1'.repeat(32)}` }), webhook({ id: `wh_${'2'.repeat(32)}` })];
    await store.webhooks.add(one);
    await store.webhooks.add(gone);
    for (let at = 0; at < 5; at++) await happen();
    await store.events.number();
    for (const [seq, state, nextAt] of [
      [1, 'delivered', 10],
      [2, 'failed', 20],
      [3, 'delivered', 30],
      [4, 'delivered', 1000],
    ] as const) {
      await store.webhooks.note({ webhook: one.id, seq, state, nextAt, attempts: 1, answer: '204' });
    }
    await store.webhooks.remove(tenant, gone.id);
    const old = { before: 1000, limit: 2 };
    expect(await store.webhooks.tidy('', old)).toEqual({ webhook: one.id, isWhole: false });
    expect(await store.webhooks.tidy('', old)).toEqual({ webhook: one.id, isWhole: true });
    expect(await numbersFor(one)).toEqual([5, 4]);
    for (const isWhole of [false, false, true]) {
      expect(await store.webhooks.tidy(one.id, old)).toEqual({ webhook: gone.id, isWhole });
    }
    expect(await store.webhooks.tidy(one.id, old)).toBeUndefined();
    expect(await numbersFor(gone)).toEqual([]);
  });

  it('one of another tenant is not changed', async () => {
    const one = webhook();
    await store.webhooks.add(one);
    const change = (now: Webhook) => ({ ...now, isEnabled: false });
    expect(await store.webhooks.change(parseTenantId('game'), one.id, change)).toBeUndefined();
    expect(await store.webhooks.get(tenant, one.id)).toEqual(one);
  });
});
