import { createHmac } from 'node:crypto';
import type { Clock } from '../../core/clock.js';
import type { FeedEvent } from '../../core/events/feed.js';
import type { SubscriptionOutbox, SubscriptionsOf } from '../../core/events/subscriptions.js';
import type { SubscriptionKind } from '../../core/events/types.js';
import type { Log } from '../../core/log.js';
import { subscriptionTypes } from '../../gateway/routes/subscriptions.js';
import { Deliverer } from '../../webhooks/deliverer.js';
import type { Letter } from '../../webhooks/send.js';
import { readTarget } from '../../webhooks/target.js';

/** For how many days messages are listed that have ended. */
const DAYS = 30;

interface MessageParts {
  readonly outbox: SubscriptionOutbox;
  readonly clock: Clock;
  readonly log: Log;
  /** Hosts that may be private and plain. */
  readonly allowedHosts: readonly string[];
}

/** Sends the messages of a queue's subscriptions. */
export function gatewayMessages({ outbox, ...parts }: MessageParts): Deliverer {
  return new Deliverer({ ...outbox, ...parts, days: DAYS, letter: ({ salt }, event) => messageOf(salt, event) });
}

/** Subscriptions that take only URLs to which messages are sent. */
export function checkedSubscriptions(of: SubscriptionsOf, allowedHosts: readonly string[]): SubscriptionsOf {
  return (tenant, network) => {
    const subscriptions = of(tenant, network);
    return {
      ...subscriptions,
      async add(wanted) {
        readTarget(wanted.url, allowedHosts);
        return subscriptions.add(wanted);
      },
    };
  };
}

/** A message in the form of the documented API. @param secret - with which its hash is made; empty: it has none */
export function messageOf(secret: string, event: FeedEvent): Letter {
  const kind: SubscriptionKind = event.type === 'transaction.completed' ? 'completed' : 'failed';
  const body = JSON.stringify({ subscriptionType: subscriptionTypes[kind], ...saidOf(event) });
  const hash = secret === '' ? undefined : createHmac('sha512', secret).update(body).digest('base64');
  return { body, headers: hash === undefined ? {} : { 'x-payload-hash': hash } };
}

/** What a message says beside its type. */
export function saidOf(event: FeedEvent): Readonly<Record<string, unknown>> {
  if ('data' in event) return event.data;
  const { id: signatureId, txId, error } = event.transaction;
  if (event.type === 'transaction.completed') return { signatureId, txId };
  return { signatureId, error: error === undefined ? event.type : `${error.code}: ${error.text}` };
}
