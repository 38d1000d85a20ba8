import type { Network, TenantId } from '../ids.js';
import type { Feed, FeedEvent } from './feed.js';
import type { EventType, SubscriptionKind } from './types.js';

/** Where a tenant wants its events. */
export interface Webhook extends Feed {
  /** `wh_` and 32 hexadecimal digits; of a subscription 24. */
  readonly id: string;
  readonly url: string;
  /** Absent: all. */
  readonly types?: readonly EventType[];
  /** In place of `types`, of one that speaks as the documented API of a gateway. */
  readonly subscription?: SubscriptionKind;
  /** Its secrets are derived from this and a key of the store; they are stored nowhere. */
  readonly salt: string;
  readonly isEnabled: boolean;
  readonly createdAt: number;
}

/** `waiting` to be sent, or sent again · `delivered` · `failed` for good. */
export type DeliveryState = 'waiting' | 'delivered' | 'failed';

/** The way of one event to one webhook. */
export interface Delivery {
  readonly webhook: string;
  /** Number of the event in the feed. */
  readonly seq: number;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly nextAt: number;
  /** What the last try came to: a status, or why there was none. */
  readonly answer?: string;
}

/** What a try came to. */
interface DeliveryStep extends Pick<Delivery, 'webhook' | 'seq' | 'state' | 'attempts' | 'nextAt'> {
  readonly answer: string;
}

/** What was made due again of a feed. */
export interface Replayed {
  readonly count: number;
  /** Number of the event up to which that was done. */
  readonly last: number;
  /** There is nothing behind it. */
  readonly isWhole: boolean;
}

export interface WebhookTable {
  /** It gets what happens from now on. @throws CustosError WEBHOOK_LIMIT */
  add(webhook: Webhook): Promise<void>;
  /** Those that are authentic. */
  all(feed?: Pick<Feed, 'tenant'> & { readonly network: Network }): Promise<readonly Webhook[]>;
  get(tenant: TenantId, id: string): Promise<Webhook | undefined>;
  /** Changes it as it is now, whatever others changed meanwhile. @returns undefined: there is none */
  change(tenant: TenantId, id: string, change: (webhook: Webhook) => Webhook): Promise<Webhook | undefined>;
  /** `tidy` removes its deliveries. */
  remove(tenant: TenantId, id: string): Promise<boolean>;
  /** Disables it and says so in its feed, in one database transaction. */
  disable(webhook: Pick<Webhook, 'tenant' | 'id'>, reason: string): Promise<void>;
  /** Deliveries of a webhook, the newest first. */
  deliveries(webhook: string, limit: number): Promise<readonly Delivery[]>;
  /**
   * What is due, the oldest first, with its event; one whose event is not authentic any more has none.
   * @param wanted - `without` these numbers, which are on their way
   */
  due(
    webhook: Webhook,
    wanted: { readonly now: number; readonly limit: number; readonly without?: readonly number[] },
  ): Promise<readonly (Delivery & { readonly event: FeedEvent | undefined })[]>;
  note(step: DeliveryStep): Promise<void>;
  /** Makes a delivery due again. @returns false: there is none */
  again(webhook: string, seq: number, now: number): Promise<boolean>;
  /** Makes events due again that the webhook wants, the oldest first, also those from before it was made. */
  replay(
    webhook: Webhook,
    from: { readonly after: number; readonly limit: number; readonly now: number },
  ): Promise<Replayed>;
  /**
   * Removes deliveries of the next webhook in the order of ids: those that ended before a moment; all, if the webhook is gone.
   * @param after - id of the webhook that was looked at last
   * @returns the one that was looked at, and whether more is left of it; undefined: there is none behind `after`
   */
  tidy(
    after: string,
    old: { readonly before: number; readonly limit: number },
  ): Promise<{ readonly webhook: string; readonly isWhole: boolean } | undefined>;
  /** One process at a time sends. @returns whether this one does until then */
  lease(owner: string, now: number, until: number): Promise<boolean>;
}
