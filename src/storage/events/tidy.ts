import type { WebhookTable } from '../../core/events/webhooks.js';
import type { Tables } from './number.js';

/** Removes some deliveries of the webhook behind another one: few at a time, so that nobody waits for it. */
export async function tidyNext(
  db: Tables,
  after: string,
  { before, limit }: Parameters<WebhookTable['tidy']>[1],
): ReturnType<WebhookTable['tidy']> {
  const next = await db
    .selectFrom('deliveries')
    .select((row) => row.fn.min('webhook').as('webhook'))
    .where('webhook', '>', after)
    .executeTakeFirst();
  const webhook = next?.webhook;
  if (!webhook) return undefined;
  const known = await db.selectFrom('webhooks').select('id').where('id', '=', webhook).executeTakeFirst();
  let old = db.selectFrom('deliveries').select('seq').where('webhook', '=', webhook);
  if (known !== undefined) old = old.where('state', 'in', ['delivered', 'failed']).where('next_at', '<', before);
  const { numDeletedRows } = await db
    .deleteFrom('deliveries')
    .where('webhook', '=', webhook)
    .where('seq', 'in', old.limit(limit))
    .executeTakeFirst();
  return { webhook, isWhole: Number(numDeletedRows) < limit };
}
