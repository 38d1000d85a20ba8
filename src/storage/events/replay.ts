import { allEventTypes, linesOf } from '../../core/events/types.js';
import type { Replayed, Webhook, WebhookTable } from '../../core/events/webhooks.js';
import { chunks } from '../../core/pages.js';
import { feedName, readHead, type Tables } from './number.js';

/** Makes some events of a feed due for a webhook, whether or not they were sent to it before. */
export async function replaySome(
  db: Tables,
  webhook: Webhook,
  { after, limit, now }: Parameters<WebhookTable['replay']>[1],
): Promise<Replayed> {
  const { last: head } = await readHead(db);
  const found = (await numbersAfter(db, webhook, { after, limit: limit + 1 })).slice(0, limit + 1);
  const seqs = found.slice(0, limit);
  const again = { state: 'waiting', attempts: 0, next_at: now };
  for (const part of chunks(seqs, 500)) {
    await db
      .insertInto('deliveries')
      .values(part.map((seq) => ({ webhook: webhook.id, seq, ...again, answer: null })))
      .onConflict((met) => met.columns(['webhook', 'seq']).doUpdateSet(again))
      .execute();
  }
  const isWhole = found.length <= limit;
  return { count: seqs.length, last: isWhole ? Math.max(head, after) : (seqs.at(-1) ?? after), isWhole };
}

/** Numbers of events that the webhook wants, in their order. */
async function numbersAfter(
  db: Tables,
  { tenant, network, types = allEventTypes }: Webhook,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<readonly number[]> {
  const feed = feedName(tenant, network);
  const events = linesOf(types);
  let lines = db.selectFrom('transaction_events').select('seq').where('feed', '=', feed).where('seq', '>', 0);
  lines = lines.where('seq', '>', after).where('event', 'in', events).orderBy('seq').limit(limit);
  let notices = db.selectFrom('notices').select('seq').where('feed', '=', feed).where('seq', '>', 0);
  notices = notices.where('seq', '>', after).where('type', 'in', types).orderBy('seq').limit(limit);
  // PostgreSQL refuses an empty list.
  const rows = [...(events.length === 0 ? [] : await lines.execute()), ...(await notices.execute())];
  return rows.map(({ seq }) => Number(seq)).toSorted((one, other) => one - other);
}
