import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../../core/clock.js';
import type { SubscriptionDelivery, SubscriptionsOf } from '../../../core/events/subscriptions.js';
import type { SubscriptionKind } from '../../../core/events/types.js';
import type { Webhook } from '../../../core/events/webhooks.js';
import type { TenantId } from '../../../core/ids.js';
import type { AccessTable } from '../../../core/store/access.js';
import type { JournalMac } from '../../../core/store/journal-mac.js';
import type { Store } from '../../../core/store/store.js';
import { setSubscriptionSecret, settingsOf } from '../../access/settings.js';
import { openSubscriptionSecret } from '../../access/subscription-secret.js';
import { saidOf } from '../../gateway/messages.js';

interface SubscriptionParts {
  readonly store: Pick<Store, 'webhooks' | 'subscriptions' | 'access'>;
  /** Of the journal. */
  readonly mac: JournalMac;
  readonly clock: Pick<Clock, 'now'>;
}

type Subscribed = Webhook & { readonly subscription: SubscriptionKind };

/** Subscriptions of the documented API over the store: they share events, tries and sender with the webhooks of the API. */
export function storeSubscriptions({ store, mac, clock }: SubscriptionParts): SubscriptionsOf {
  const { webhooks, subscriptions, access } = store;
  return (tenant, network) => {
    const feed = { tenant, network };
    const all = async (): Promise<readonly Subscribed[]> => {
      const own = (await webhooks.all(feed)).flatMap((one) => (isSubscribed(one) ? [one] : []));
      return own.toSorted((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1));
    };
    return {
      add: ({ kind, url }) =>
        subscriptions.add({
          ...{ ...feed, url, subscription: kind, isEnabled: true, createdAt: clock.now() },
          id: randomBytes(12).toString('hex'),
          // Messages are hashed with what the tenant chose.
          salt: '',
        }),
      list: async ({ limit, offset }) => (await all()).slice(offset, offset + limit).map(shownOf),
      count: async () => (await all()).length,
      async remove(id) {
        return (await all()).some((one) => one.id === id) && webhooks.remove(tenant, id);
      },
      setSecret: (secret) => setSubscriptionSecret({ access, mac }, tenant, secret),
      async calls(filter) {
        const known = await all();
        const ids = known.map(({ id }) => id);
        const calls = await subscriptions.calls(feed, ids, filter);
        return calls.flatMap((call) => {
          const to = known.find(({ id }) => id === call.webhook);
          return to === undefined ? [] : [callOf(call, to)];
        });
      },
      countCalls: async (filter) =>
        subscriptions.countCalls(
          (await all()).map(({ id }) => id),
          filter,
        ),
    };
  };
}

/** The text with which messages of a tenant are hashed; empty: none. @throws CustosError RECORD_DAMAGED, STORE_* */
export async function secretOf(
  { access, mac }: { readonly access: Pick<AccessTable, 'settings'>; readonly mac: JournalMac },
  tenant: TenantId,
): Promise<string> {
  const { subscriptionSecret: sealed } = await settingsOf({ access, mac }, tenant);
  return sealed === undefined ? '' : openSubscriptionSecret(mac, tenant, sealed);
}

function isSubscribed(one: Webhook): one is Subscribed {
  return one.subscription !== undefined;
}

function shownOf({ id, subscription: kind, url, createdAt }: Subscribed) {
  return { id, kind, url, createdAt };
}

function callOf({ event, state, attempts, nextAt, answer }: SubscriptionDelivery, to: Subscribed) {
  return {
    // Always the same for this message.
    id: createHash('sha256')
      .update(event?.id ?? '')
      .update(to.id)
      .digest('hex')
      .slice(0, 24),
    subscription: shownOf(to),
    data: event === undefined ? {} : saidOf(event),
    at: event?.at ?? nextAt,
    ...{ state, attempts, nextAt },
    ...(answer !== undefined && { answer }),
  };
}
