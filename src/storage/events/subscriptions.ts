import type { CallFilter, SubscriptionTable } from '../../core/events/subscriptions.js';
import type { Database } from '../database.js';
import { type JournalSeal, useSeal } from '../journal/seal.js';
import type { StoreTables } from '../schema.js';
import { deliveryOf } from './deliveries.js';
import type { Tables } from './number.js';
import { eventsAt } from './page.js';
import { insertWebhook, numberAndHandOut, rowOf, webhookOf } from './webhooks.js';

type Wanted = Parameters<SubscriptionTable['add']>[0];

/** Subscriptions of the documented API in a store: webhooks of their own kind. */
export function subscriptionTable(database: Database<StoreTables>, seal: JournalSeal): SubscriptionTable {
  const isShared = database.dialect === 'postgres';
  return {
    add: (wanted) =>
      database.write(
        async (db) => {
          useSeal(db, seal);
          // What happened before it is for the others alone. This also waits for whoever adds the same.
          while (!(await numberAndHandOut(db, { isShared, now: wanted.createdAt })).isWhole);
          return addOnce(db, wanted, seal);
        },
        { alone: isShared },
      ),
    calls: (feed, webhooks, { limit, offset, isNewestFirst, failed }) =>
      database.read(async (db) => {
        useSeal(db, seal);
        if (webhooks.length === 0) return [];
        const rows = await deliveriesOf(db, webhooks, { failed })
          .selectAll()
          .orderBy('seq', isNewestFirst === true ? 'desc' : 'asc')
          .orderBy('webhook')
          .limit(limit)
          .offset(offset)
          .execute();
        if (rows.length === 0) return [];
        const events = await eventsAt(db, { ...feed, seqs: [...new Set(rows.map(({ seq }) => Number(seq)))] });
        return rows.map(deliveryOf).map((one) => ({ ...one, event: events.find(({ seq }) => seq === one.seq) }));
      }),
    countCalls: (webhooks, { failed }) =>
      database.read(async (db) => {
        if (webhooks.length === 0) return 0;
        const query = deliveriesOf(db, webhooks, { failed }).select(({ fn }) => fn.countAll().as('count'));
        return Number((await query.executeTakeFirstOrThrow()).count);
      }),
  };
}

function deliveriesOf(
  db: Tables,
  webhooks: readonly string[],
  { failed }: { readonly failed: CallFilter['failed'] | undefined },
) {
  const query = db.selectFrom('deliveries').where('webhook', 'in', webhooks);
  return failed === undefined ? query : query.where('state', failed ? '=' : '<>', 'failed');
}

async function addOnce(db: Tables, wanted: Wanted, seal: JournalSeal): Promise<string> {
  const { types } = rowOf(wanted, seal);
  const rows = await db
    .selectFrom('webhooks')
    .selectAll()
    .where('tenant', '=', wanted.tenant)
    .where('network', '=', wanted.network)
    .where('types', '=', types)
    .where('url', '=', wanted.url)
    .execute();
  const [known] = rows.flatMap((row) => webhookOf(db, row));
  if (known === undefined) {
    await insertWebhook(db, wanted, seal);
    return wanted.id;
  }
  const { id, ...columns } = rowOf({ ...known, isEnabled: true }, seal);
  await db.updateTable('webhooks').set(columns).where('id', '=', id).execute();
  return id;
}
