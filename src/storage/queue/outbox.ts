import type { Kysely } from 'kysely';
import type { SubscriptionOutbox } from '../../core/events/subscriptions.js';
import type { EventType, SubscriptionKind } from '../../core/events/types.js';
import type { Delivery, DeliveryState, Webhook } from '../../core/events/webhooks.js';
import { parseTenantId } from '../../core/ids.js';
import type { Database } from '../database.js';
import type { QueueTables } from './schema.js';
import { dataOf, kindOf } from './subscriptions.js';

type Tables = Kysely<QueueTables>;
type Wanted = Parameters<SubscriptionOutbox['webhooks']['due']>[1];

/** Name of the lease of the process that sends. */
const SENDER = 'subscriptions';
/** A lease that ends later than this was written by a clock that was set back since. */
const LONGEST_LEASE = 600_000;

const eventTypes: Readonly<Record<SubscriptionKind, EventType>> = {
  completed: 'transaction.completed',
  failed: 'transaction.failed',
};

/** The subscriptions of a queue as what the sender of webhooks sends. */
export function subscriptionOutbox(
  database: Database<QueueTables>,
  onWritten: SubscriptionOutbox['events']['onWritten'],
): SubscriptionOutbox {
  return {
    // Messages are written with what they tell, for each of their receivers; there is nothing to number and to hand out.
    events: { onWritten, number: async () => undefined },
    webhooks: {
      all: () => database.read(allOf),
      lease: (owner, now, until) => database.write((tables) => takeLease(tables, { owner, now, until })),
      due: (webhook, wanted) => database.read((tables) => dueOf(tables, webhook.id, wanted)),
      note: ({ webhook, seq, state, attempts, nextAt, answer }) =>
        database.write(async (tables) => {
          const change = { state, attempts, next_at: nextAt, answer };
          const one = tables.updateTable('announcement_deliveries').set(change).where('subscription', '=', webhook);
          await one.where('seq', '=', seq).execute();
        }),
      disable: ({ id }) =>
        database.write(async (tables) => {
          await tables.updateTable('subscriptions').set({ state: 'disabled' }).where('id', '=', id).execute();
        }),
      tidy: (after, old) => database.write((tables) => tidyNext(tables, after, old)),
    },
  };
}

async function allOf(tables: Tables): Promise<readonly Webhook[]> {
  const rows = await tables
    .selectFrom('subscriptions')
    .leftJoin('subscription_secrets', 'subscription_secrets.tenant', 'subscriptions.tenant')
    .select(['id', 'subscriptions.tenant', 'network', 'kind', 'url', 'state', 'created_at', 'secret'])
    .orderBy('id')
    .execute();
  return rows.map(({ id, tenant, network, kind, url, state, created_at, secret }) => ({
    ...{ id, url, tenant: parseTenantId(tenant), network: network === 'mainnet' ? 'mainnet' : 'testnet' },
    types: [eventTypes[kindOf(kind)]],
    salt: secret ?? '',
    isEnabled: state === 'enabled',
    createdAt: Number(created_at),
  }));
}

async function dueOf(tables: Tables, subscription: string, { now, limit, without = [] }: Wanted) {
  const rows = await tables
    .selectFrom('announcement_deliveries')
    .innerJoin('announcements', 'announcements.seq', 'announcement_deliveries.seq')
    .select(['announcements.seq', 'announcements.id', 'kind', 'at', 'data', 'state', 'attempts', 'next_at'])
    .where('subscription', '=', subscription)
    .where('state', '=', 'waiting')
    .where('next_at', '<=', now)
    .$if(without.length > 0, (query) => query.where('announcements.seq', 'not in', without))
    .orderBy('next_at')
    .orderBy('announcements.seq')
    .limit(limit)
    .execute();
  return rows.map(({ seq, id, kind, at, data, state, attempts, next_at }) => ({
    ...deliveryOf({ subscription, seq, state, attempts, next_at }),
    event: { seq: Number(seq), id, type: eventTypes[kindOf(kind)], at: Number(at), data: dataOf(data) },
  }));
}

function deliveryOf(row: Omit<QueueTables['announcement_deliveries'], 'answer'>): Delivery {
  const { subscription, seq, state, attempts, next_at } = row;
  return {
    ...{ webhook: subscription, seq: Number(seq), attempts: Number(attempts), nextAt: Number(next_at) },
    state: state as DeliveryState,
  };
}

async function takeLease(
  tables: Tables,
  { owner, now, until }: { readonly owner: string; readonly now: number; readonly until: number },
): Promise<boolean> {
  const made = await tables
    .insertInto('announcement_leases')
    .values({ name: SENDER, owner, expires_at: until })
    .onConflict((met) => met.doNothing())
    .executeTakeFirst();
  if (made.numInsertedOrUpdatedRows === 1n) return true;
  const { numUpdatedRows } = await tables
    .updateTable('announcement_leases')
    .set({ owner, expires_at: until })
    .where('name', '=', SENDER)
    .where((row) =>
      row.or([row('owner', '=', owner), row('expires_at', '<=', now), row('expires_at', '>', now + LONGEST_LEASE)]),
    )
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Removes some deliveries of the subscription behind another one, and announcements that nothing is left of. */
async function tidyNext(
  tables: Tables,
  after: string,
  { before, limit }: { readonly before: number; readonly limit: number },
) {
  const next = await tables
    .selectFrom('announcement_deliveries')
    .select((row) => row.fn.min('subscription').as('subscription'))
    .where('subscription', '>', after)
    .executeTakeFirst();
  const subscription = next?.subscription;
  if (!subscription) {
    const named = tables.selectFrom('announcement_deliveries').select('seq');
    await tables.deleteFrom('announcements').where('at', '<', before).where('seq', 'not in', named).execute();
    return undefined;
  }
  const known = await tables.selectFrom('subscriptions').select('id').where('id', '=', subscription).executeTakeFirst();
  let old = tables.selectFrom('announcement_deliveries').select('seq').where('subscription', '=', subscription);
  if (known !== undefined) old = old.where('state', 'in', ['delivered', 'failed']).where('next_at', '<', before);
  const { numDeletedRows } = await tables
    .deleteFrom('announcement_deliveries')
    .where('subscription', '=', subscription)
    .where('seq', 'in', old.limit(limit))
    .executeTakeFirst();
  return { webhook: subscription, isWhole: Number(numDeletedRows) < limit };
}
