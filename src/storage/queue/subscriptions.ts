import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { requireRoom } from '../../core/events/receivers.js';
import type { CallFilter, Subscription, SubscriptionCall, Subscriptions } from '../../core/events/subscriptions.js';
import type { SubscriptionKind } from '../../core/events/types.js';
import type { Network, TenantId } from '../../core/ids.js';
import { isObject, tryJson } from '../../core/json.js';
import type { Database } from '../database.js';
import type { QueueTables } from './schema.js';

type Tables = Kysely<QueueTables>;

/** Whose subscriptions. */
interface Whose {
  readonly tenant: TenantId;
  readonly network: Network;
}

/** Subscriptions of a tenant in the database of a queue. */
export function subscriptionsOf(database: Database<QueueTables>, clock: Clock, whose: Whose): Subscriptions {
  const { tenant, network } = whose;
  const own = (tables: Tables) =>
    tables.selectFrom('subscriptions').where('tenant', '=', tenant).where('network', '=', network);
  return {
    add: (wanted) => database.write((tables) => add(tables, whose, { ...wanted, now: clock.now() })),
    list: ({ limit, offset }) =>
      database.read(async (tables) => {
        const query = own(tables).selectAll().orderBy('created_at').orderBy('id').limit(limit).offset(offset);
        return (await query.execute()).map(subscriptionOf);
      }),
    count: () =>
      database.read(async (tables) => {
        const { count } = await own(tables)
          .select(({ fn }) => fn.countAll().as('count'))
          .executeTakeFirstOrThrow();
        return Number(count);
      }),
    remove: (id) =>
      database.write(async (tables) => {
        const one = tables.deleteFrom('subscriptions').where('id', '=', id).where('tenant', '=', tenant);
        return (await one.where('network', '=', network).executeTakeFirst()).numDeletedRows > 0n;
      }),
    setSecret: (secret) =>
      database.write(async (tables) => {
        await tables.deleteFrom('subscription_secrets').where('tenant', '=', tenant).execute();
        if (secret !== undefined) await tables.insertInto('subscription_secrets').values({ tenant, secret }).execute();
      }),
    calls: (filter) => database.read((tables) => callsOf(tables, whose, filter)),
    countCalls: (filter) =>
      database.read(async (tables) => {
        const query = joined(tables, whose, filter).select(({ fn }) => fn.countAll().as('count'));
        return Number((await query.executeTakeFirstOrThrow()).count);
      }),
  };
}

async function add(
  tables: Tables,
  whose: Whose,
  { kind, url, now }: Pick<Subscription, 'kind' | 'url'> & { readonly now: number },
): Promise<string> {
  const id = randomBytes(12).toString('hex');
  await tables
    .insertInto('subscriptions')
    .values({ id, ...whose, kind, url, state: 'enabled', created_at: now })
    .onConflict((met) => met.columns(['tenant', 'network', 'kind', 'url']).doUpdateSet({ state: 'enabled' }))
    .execute();
  const own = tables
    .selectFrom('subscriptions')
    .where('tenant', '=', whose.tenant)
    .where('network', '=', whose.network);
  const { count } = await own.select(({ fn }) => fn.countAll().as('count')).executeTakeFirstOrThrow();
  requireRoom(Number(count));
  const found = await own.select('id').where('kind', '=', kind).where('url', '=', url).executeTakeFirstOrThrow();
  return found.id;
}

function joined(tables: Tables, { tenant, network }: Whose, { failed }: Pick<CallFilter, 'failed'>) {
  const query = tables
    .selectFrom('announcement_deliveries')
    .innerJoin('subscriptions', 'subscriptions.id', 'announcement_deliveries.subscription')
    .innerJoin('announcements', 'announcements.seq', 'announcement_deliveries.seq')
    .where('subscriptions.tenant', '=', tenant)
    .where('subscriptions.network', '=', network);
  if (failed === undefined) return query;
  return query.where('announcement_deliveries.state', failed ? '=' : '<>', 'failed');
}

async function callsOf(tables: Tables, whose: Whose, filter: CallFilter): Promise<readonly SubscriptionCall[]> {
  const rows = await joined(tables, whose, filter)
    .select(['subscriptions.id as subscription', 'subscriptions.kind', 'subscriptions.url'])
    .select(['announcements.id', 'announcements.at', 'announcements.data'])
    .select(['announcement_deliveries.state', 'attempts', 'next_at', 'answer'])
    .orderBy('announcements.seq', filter.isNewestFirst === true ? 'desc' : 'asc')
    .orderBy('subscriptions.id')
    .limit(filter.limit)
    .offset(filter.offset)
    .execute();
  return rows.map(({ id, subscription, kind, url, at, data, state, attempts, next_at, answer }) => ({
    ...{ id, at: Number(at), attempts: Number(attempts), nextAt: Number(next_at) },
    subscription: { id: subscription, kind: kindOf(kind), url },
    data: dataOf(data),
    state: state === 'delivered' || state === 'failed' ? state : 'waiting',
    ...(answer !== null && { answer }),
  }));
}

function subscriptionOf({ id, kind, url, created_at }: QueueTables['subscriptions']): Subscription {
  return { id, kind: kindOf(kind), url, createdAt: Number(created_at) };
}

/** @throws CustosError STORE_DAMAGED */
export function kindOf(text: string): SubscriptionKind {
  if (text === 'completed' || text === 'failed') return text;
  throw new CustosError('STORE_DAMAGED', 'a subscription of the queue cannot be read');
}

/** @throws CustosError STORE_DAMAGED */
export function dataOf(text: string): Readonly<Record<string, unknown>> {
  const data = tryJson(text);
  if (isObject(data)) return data;
  throw new CustosError('STORE_DAMAGED', 'an announcement of the queue cannot be read');
}
