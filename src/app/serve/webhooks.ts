import { randomBytes } from 'node:crypto';
import type { WebhooksService } from '../../api/parts.js';
import { eventJson } from '../../api/routes/events.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { FeedEvent } from '../../core/events/feed.js';
import type { Webhook, WebhookTable } from '../../core/events/webhooks.js';
import type { Log } from '../../core/log.js';
import { Secret } from '../../core/secret.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import type { Store } from '../../core/store/store.js';
import { Deliverer } from '../../webhooks/deliverer.js';
import { publicKeyText, sharedSecretText, signedHeaders, type WebhookKeys, webhookKeys } from '../../webhooks/sign.js';
import { readTarget } from '../../webhooks/target.js';
import { messageOf } from '../gateway/messages.js';
import { secretOf } from './gateway/subscriptions.js';

interface WebhookParts {
  readonly store: Pick<Store, 'webhooks' | 'events' | 'access'>;
  /** Of the journal: secrets of webhooks are derived with its key, and stored nowhere. */
  readonly mac: JournalMac;
  readonly clock: Clock;
  readonly log: Log;
  readonly allowedHosts: readonly string[];
  /** For how many days deliveries are kept that have ended. */
  readonly days?: number | undefined;
}

/** For how many days deliveries are kept, unless something else is said. */
const DAYS = 30;

/** Webhooks of a server: what manages them, and what sends. */
export function servedWebhooks({ store, mac, clock, log, allowedHosts, days = DAYS }: WebhookParts): {
  readonly service: WebhooksService;
  readonly deliverer: Deliverer;
} {
  const { webhooks, events, access } = store;
  const keysOf = knownKeys(({ id, salt }) =>
    webhookKeys({
      shared: Buffer.from(mac(['custos/webhook/v1', id, salt]), 'base64url'),
      seed: Buffer.from(mac(['custos/webhook/v1a', id, salt]), 'base64url'),
    }),
  );
  const letter = async (webhook: Webhook, event: FeedEvent) => {
    if (webhook.subscription !== undefined) return messageOf(await secretOf({ access, mac }, webhook.tenant), event);
    const body = JSON.stringify(eventJson(event));
    const seconds = Math.floor(clock.now() / 1000);
    return { body, headers: signedHeaders(keysOf(webhook), { id: event.id, seconds, body }) };
  };
  const deliverer = new Deliverer({ webhooks, events, clock, log, allowedHosts, days, letter });
  const required = (found: Webhook | undefined) => {
    // Subscriptions of the documented API are managed there.
    if (found === undefined || found.subscription !== undefined)
      throw new CustosError('WEBHOOK_UNKNOWN', 'there is no such webhook');
    return found;
  };
  const known = async (tenant: Webhook['tenant'], id: string) => required(await webhooks.get(tenant, id));
  const changed = async (...given: Parameters<WebhookTable['change']>) => {
    await known(given[0], given[1]);
    return required(await webhooks.change(...given));
  };
  const shown = (webhook: Webhook) => ({ webhook, publicKey: publicKeyText(keysOf(webhook)) });
  const withSecret = (webhook: Webhook) => ({
    ...shown(webhook),
    secret: Secret.text(sharedSecretText(keysOf(webhook))),
  });
  const service: WebhooksService = {
    async create({ tenant, network, url, types }) {
      readTarget(url, allowedHosts);
      const webhook: Webhook = {
        ...{ id: `wh_${randomBytes(16).toString('hex')}`, salt: randomBytes(16).toString('hex') },
        ...{ tenant, network, url, isEnabled: true, createdAt: clock.now() },
        ...(types !== undefined && { types }),
      };
      await webhooks.add(webhook);
      return withSecret(webhook);
    },
    list: async (feed) => (await webhooks.all(feed)).filter((one) => one.subscription === undefined).map(shown),
    get: async (tenant, id) => shown(await known(tenant, id)),
    async enable(tenant, id, isEnabled) {
      return shown(await changed(tenant, id, (one) => ({ ...one, isEnabled })));
    },
    async rotate(tenant, id) {
      const salt = randomBytes(16).toString('hex');
      return withSecret(await changed(tenant, id, (one) => ({ ...one, salt })));
    },
    async remove(tenant, id) {
      await known(tenant, id);
      await webhooks.remove(tenant, id);
    },
    async test(tenant, id) {
      const webhook = await known(tenant, id);
      const data = { webhook: id, test: true };
      const answer = await deliverer.attempt(webhook, {
        ...{ seq: 0, id: `evt_test_${randomBytes(8).toString('hex')}`, type: 'webhook.test', at: clock.now(), data },
      });
      return String(answer);
    },
    async deliveries(tenant, id, limit) {
      await known(tenant, id);
      return webhooks.deliveries(id, limit);
    },
    async again(tenant, id, seq) {
      await known(tenant, id);
      if (await webhooks.again(id, seq, clock.now())) return;
      throw new CustosError('WEBHOOK_UNKNOWN', 'the webhook has no such delivery');
    },
    replay: async (tenant, id, { after, limit }) =>
      webhooks.replay(await known(tenant, id), { after, limit, now: clock.now() }),
  };
  return { service, deliverer };
}

/** Webhooks whose keys are remembered. */
const MOST_KEYS = 1000;

/** A receiver gets many messages under the same keys; new ones come with another salt. */
function knownKeys(open: (webhook: Webhook) => WebhookKeys): typeof open {
  const known = new Map<string, WebhookKeys>();
  return (webhook) => {
    const name = `${webhook.id} ${webhook.salt}`;
    const keys = known.get(name) ?? open(webhook);
    known.set(name, keys);
    const oldest = known.keys().next().value;
    if (known.size > MOST_KEYS && oldest !== undefined) known.delete(oldest);
    return keys;
  };
}
