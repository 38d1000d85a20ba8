import { type EventType, isEventType, publicEvent, subscriptionEvents } from '../../core/events/types.js';
import type { Delivery, DeliveryState, Webhook, WebhookTable } from '../../core/events/webhooks.js';
import { chunks } from '../../core/pages.js';
import type { StoreTables } from '../schema.js';
import { feedName, type NumberedRow, type Tables } from './number.js';
import { eventsAt } from './page.js';
import { subscriptionOf } from './subscription-words.js';

/** Hands events to the webhooks that want them. */
export async function handOut(db: Tables, rows: readonly NumberedRow[], now: number): Promise<void> {
  const webhooks = await db.selectFrom('webhooks').selectAll().where('state', '=', 'enabled').execute();
  if (webhooks.length === 0) return;
  const all = rows.flatMap(({ seq, feed, event }) => {
    const type = typeOf(event);
    return webhooks
      .filter((one) => feedName(one.tenant, one.network) === feed && type !== undefined && wants(one, type))
      .map((one) => ({ one, seq }));
  });
  const told = await toldToSubscribers(
    db,
    all.flatMap(({ one, seq }) => (subscriptionOf(one.types) === undefined ? [] : [seq])),
  );
  const values = all
    .filter(({ one, seq }) => subscriptionOf(one.types) === undefined || told.has(seq))
    .map(({ one: { id }, seq }) => ({ webhook: id, seq, state: 'waiting', attempts: 0, next_at: now, answer: null }));
  for (const part of chunks(values, 500)) await db.insertInto('deliveries').values(part).execute();
}

/** A line of a story, or a notice that has its type already. */
function typeOf(event: string): EventType | undefined {
  return isEventType(event) ? event : publicEvent(event)?.type;
}

function wants({ types }: StoreTables['webhooks'], type: EventType): boolean {
  const subscription = subscriptionOf(types);
  if (subscription !== undefined) return subscriptionEvents[subscription].includes(type);
  return types === null || types.split(' ').includes(type);
}

/**
 * Subscribers hear of transactions that an application handed over, through whichever door, and of none that it withdrew.
 * @returns the numbers of events that tell of such
 */
async function toldToSubscribers(db: Tables, seqs: readonly number[]): Promise<ReadonlySet<number>> {
  const told = new Set<number>();
  for (const part of chunks([...new Set(seqs)], 500)) {
    const found = await db
      .selectFrom('transaction_events')
      .innerJoin('transactions', 'transactions.id', 'transaction_events.transaction_id')
      .select(['seq', 'state', 'error_code'])
      .where('seq', 'in', part)
      .where('source', 'is not', null)
      .where('transactions.kind', '=', 'transaction')
      .execute();
    for (const { seq, state, error_code } of found) {
      if (state !== 'cancelled' || error_code === 'REQUEST_EXPIRED') told.add(Number(seq));
    }
  }
  return told;
}

/** Deliveries of a webhook, the newest first. */
export async function newest(db: Tables, webhook: string, limit: number): Promise<readonly Delivery[]> {
  const query = db.selectFrom('deliveries').selectAll().where('webhook', '=', webhook);
  return (await query.orderBy('seq', 'desc').limit(limit).execute()).map(deliveryOf);
}

/** What is due, the oldest first, with its events. */
export async function dueOf(
  db: Tables,
  webhook: Webhook,
  { now, limit, without = [] }: Parameters<WebhookTable['due']>[1],
): ReturnType<WebhookTable['due']> {
  const rows = await db
    .selectFrom('deliveries')
    .selectAll()
    .where('webhook', '=', webhook.id)
    .where('state', '=', 'waiting')
    .where('next_at', '<=', now)
    .$if(without.length > 0, (query) => query.where('seq', 'not in', without))
    .orderBy('next_at')
    .orderBy('seq')
    .limit(limit)
    .execute();
  if (rows.length === 0) return [];
  const events = await eventsAt(db, { ...webhook, seqs: rows.map(({ seq }) => Number(seq)) });
  return rows.map(deliveryOf).map((one) => ({ ...one, event: events.find(({ seq }) => seq === one.seq) }));
}

/** Records what a try came to. */
export async function noteStep(
  db: Tables,
  { webhook, seq, state, attempts, nextAt, answer }: Parameters<WebhookTable['note']>[0],
): Promise<void> {
  const change = { state, attempts, next_at: nextAt, answer };
  await db.updateTable('deliveries').set(change).where('webhook', '=', webhook).where('seq', '=', seq).execute();
}

/** @returns false: there is no such delivery */
export async function makeDue(
  db: Tables,
  webhook: string,
  { seq, now }: { readonly seq: number; readonly now: number },
): Promise<boolean> {
  const change = { state: 'waiting', attempts: 0, next_at: now };
  const update = db.updateTable('deliveries').set(change).where('webhook', '=', webhook).where('seq', '=', seq);
  return (await update.executeTakeFirst()).numUpdatedRows === 1n;
}

export function deliveryOf({ webhook, seq, state, attempts, next_at, answer }: StoreTables['deliveries']): Delivery {
  return {
    ...{ webhook, seq: Number(seq), attempts: Number(attempts), nextAt: Number(next_at) },
    state: state as DeliveryState,
    ...(answer !== null && { answer }),
  };
}
