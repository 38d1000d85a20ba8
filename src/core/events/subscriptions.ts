import type { Network, TenantId } from '../ids.js';
import type { EventTable, Feed, FeedEvent } from './feed.js';
import type { SubscriptionKind } from './types.js';
import type { Delivery, Webhook, WebhookTable } from './webhooks.js';

/** Where an application wants to hear of its transactions. */
export interface Subscription {
  /** 24 hexadecimal digits. */
  readonly id: string;
  readonly kind: SubscriptionKind;
  readonly url: string;
  readonly createdAt: number;
}

/** One message to a subscriber, and how far it got. */
export interface SubscriptionCall extends Pick<Delivery, 'state' | 'attempts' | 'nextAt' | 'answer'> {
  /** 24 hexadecimal digits. */
  readonly id: string;
  readonly subscription: Pick<Subscription, 'id' | 'kind' | 'url'>;
  /** What the message says, without its type. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: number;
}

/** A part of a list, in the order of time. */
interface Slice {
  readonly limit: number;
  readonly offset: number;
  readonly isNewestFirst?: boolean;
}

/** Which calls: all, those that came through, or those that ended without success. */
export interface CallFilter extends Slice {
  readonly failed?: boolean;
}

/** Subscriptions of one tenant on one network. */
export interface Subscriptions {
  /**
   * The same subscription again is the one that is there, and is enabled again.
   * @throws CustosError WEBHOOK_URL_REFUSED, WEBHOOK_LIMIT
   */
  add(wanted: Pick<Subscription, 'kind' | 'url'>): Promise<string>;
  list(slice: Slice): Promise<readonly Subscription[]>;
  count(): Promise<number>;
  /** @returns false: there is none */
  remove(id: string): Promise<boolean>;
  /** Messages carry a hash that is made with it; absent: none. */
  setSecret(secret: string | undefined): Promise<void>;
  calls(filter: CallFilter): Promise<readonly SubscriptionCall[]>;
  countCalls(filter: Pick<CallFilter, 'failed'>): Promise<number>;
}

/** A message to a subscriber in a store, with its event unless that is not authentic any more. */
export interface SubscriptionDelivery extends Delivery {
  readonly event: FeedEvent | undefined;
}

/** Subscriptions in a store: webhooks that hear of what an application handed over, in the words of another API. */
export interface SubscriptionTable {
  /** The same subscription again is the one that is there, and is enabled again. It gets what happens from now on. @returns its id */
  add(wanted: Webhook & { readonly subscription: SubscriptionKind }): Promise<string>;
  /** Messages to some of them, in the order of the feed. */
  calls(feed: Feed, webhooks: readonly string[], filter: CallFilter): Promise<readonly SubscriptionDelivery[]>;
  countCalls(webhooks: readonly string[], filter: Pick<CallFilter, 'failed'>): Promise<number>;
}

/** What a sender of messages needs of a database of subscriptions: they are webhooks whose `salt` is the tenant's secret. */
export interface SubscriptionOutbox {
  readonly webhooks: Pick<WebhookTable, 'all' | 'lease' | 'due' | 'note' | 'disable' | 'tidy'>;
  readonly events: Pick<EventTable, 'onWritten'> & { number(): Promise<unknown> };
}

/** Subscriptions of a database, by whose they are. */
export type SubscriptionsOf = (tenant: TenantId, network: Network) => Subscriptions;
