import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { allEventTypes, isEventType } from '../../core/events/types.js';
import type { Delivery } from '../../core/events/webhooks.js';
import type { TenantId } from '../../core/ids.js';
import { type Caller, isWhole } from '../caller.js';
import type { ShownWebhook } from '../parts.js';
import { type Route, route } from '../route.js';
import { described, moment, named, paging, parsedBy } from '../schemas.js';
import { cursorAt, placeOf } from './events.js';

const id = z.string().regex(/^wh_[0-9a-f]{32}$/, 'must be the id of a webhook');
const params = z.strictObject({ id });
const eventType = parsedBy((text) => {
  if (isEventType(text)) return text;
  throw new CustosError('REQUEST_INVALID', `the types are ${allEventTypes.join(', ')}`);
}, z.string().min(1).max(100));
/** Deliveries that one answer shows. */
const SHOWN = 200;
/** Events that one request sends again. */
const REPLAYED = 1000;

const webhookForm = named(
  'WebhookForm',
  z.strictObject({
    url: described(z.string().min(1).max(2000), 'https, of a public host or one that the operator allows'),
    types: described(z.array(eventType).min(1).max(50).optional(), 'only these types of events'),
  }),
);

const members = {
  id: z.string(),
  url: z.string(),
  types: z.array(z.string()).nullable(),
  enabled: z.boolean(),
  publicKey: described(z.string(), 'ed25519, for signatures `v1a`: `whpk_` and Base64'),
  createdAt: moment,
};
const webhook = named('Webhook', z.strictObject(members));
const newWebhook = named(
  'NewWebhook',
  z.strictObject({ ...members, secret: described(z.string(), 'for signatures `v1`: `whsec_` and Base64; shown once') }),
);
const delivery = named(
  'Delivery',
  z.strictObject({
    delivery: described(z.string(), 'number within the webhook'),
    state: z.enum(['waiting', 'delivered', 'failed']),
    attempts: z.int(),
    answer: described(z.string().nullable(), 'the status of the last try, or why there was none'),
    nextAt: described(moment.nullable(), 'when it is tried again'),
  }),
);

export const webhookRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/v1/webhooks',
    id: 'createWebhook',
    about: 'makes a webhook: it gets what happens from now on',
    scope: 'webhooks:manage',
    body: webhookForm,
    answers: { 201: { about: 'the webhook with its secret, which is shown only this once', schema: newWebhook } },
    async handle({ body: { url, types } }, { webhooks, network }, caller) {
      requireWhole(caller);
      const { secret, ...made } = await webhooks.create({ tenant: caller.tenant, network, url, types });
      return { status: 201, body: { ...webhookJson(made), secret: secret.exposeText() } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/webhooks',
    id: 'listWebhooks',
    about: 'lists webhooks in the order of their ids',
    scope: 'webhooks:manage',
    answers: {
      200: { about: 'all of them', schema: named('WebhookList', z.strictObject({ data: z.array(webhook) })) },
    },
    async handle(_call, { webhooks, network }, caller) {
      if (!isWhole(caller)) return { status: 200, body: { data: [] } };
      const { tenant } = caller;
      return { status: 200, body: { data: (await webhooks.list({ tenant, network })).map(webhookJson) } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/webhooks/{id}',
    id: 'getWebhook',
    about: 'shows one webhook',
    scope: 'webhooks:manage',
    params,
    answers: { 200: { about: 'the webhook', schema: webhook } },
    handle: async ({ params: one }, { webhooks }, caller) => ({
      status: 200,
      body: webhookJson(await webhooks.get(wholeTenant(caller), one.id)),
    }),
  }),
  route({
    method: 'PUT',
    path: '/v1/webhooks/{id}',
    id: 'updateWebhook',
    about: 'disables a webhook, or enables it again: what waits is sent then',
    scope: 'webhooks:manage',
    params,
    body: z.strictObject({ enabled: z.boolean() }),
    answers: { 200: { about: 'the webhook', schema: webhook } },
    handle: async ({ params: one, body }, { webhooks }, caller) => ({
      status: 200,
      body: webhookJson(await webhooks.enable(wholeTenant(caller), one.id, body.enabled)),
    }),
  }),
  route({
    method: 'DELETE',
    path: '/v1/webhooks/{id}',
    id: 'removeWebhook',
    about: 'removes a webhook with its deliveries',
    scope: 'webhooks:manage',
    params,
    answers: { 204: { about: 'it gets nothing more' } },
    async handle({ params: one }, { webhooks }, caller) {
      await webhooks.remove(wholeTenant(caller), one.id);
      return { status: 204 };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/webhooks/{id}/rotate',
    id: 'rotateWebhook',
    about: 'gives a webhook new secrets; the former ones sign nothing more',
    scope: 'webhooks:manage',
    params,
    answers: { 200: { about: 'the webhook with its secret, which is shown only this once', schema: newWebhook } },
    async handle({ params: one }, { webhooks }, caller) {
      const { secret, ...made } = await webhooks.rotate(wholeTenant(caller), one.id);
      return { status: 200, body: { ...webhookJson(made), secret: secret.exposeText() } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/webhooks/{id}/test',
    id: 'testWebhook',
    about: 'sends an event of type `webhook.test` once, now',
    scope: 'webhooks:manage',
    params,
    answers: {
      200: {
        about: 'what the receiver answered: a status, or why there was none',
        schema: named('WebhookTest', z.strictObject({ answer: z.string() })),
      },
    },
    handle: async ({ params: one }, { webhooks }, caller) => ({
      status: 200,
      body: { answer: await webhooks.test(wholeTenant(caller), one.id) },
    }),
  }),
  route({
    method: 'GET',
    path: '/v1/webhooks/{id}/deliveries',
    id: 'listDeliveries',
    about: `lists the last ${SHOWN} deliveries, the newest first`,
    scope: 'webhooks:manage',
    params,
    answers: {
      200: { about: 'deliveries', schema: named('DeliveryList', z.strictObject({ data: z.array(delivery) })) },
    },
    handle: async ({ params: one }, { webhooks }, caller) => ({
      status: 200,
      body: { data: (await webhooks.deliveries(wholeTenant(caller), one.id, SHOWN)).map(deliveryJson) },
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/webhooks/{id}/deliveries/{delivery}/redeliver',
    id: 'redeliver',
    about: 'sends an event again, under the same id',
    scope: 'webhooks:manage',
    params: z.strictObject({ id, delivery: z.string().regex(/^\d{1,15}$/, 'must be the number of a delivery') }),
    answers: { 202: { about: 'it is sent again' } },
    async handle({ params: one }, { webhooks }, caller) {
      await webhooks.again(wholeTenant(caller), one.id, Number(one.delivery));
      return { status: 202 };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/webhooks/{id}/replay',
    id: 'replayWebhook',
    about: `sends events behind a cursor again, under the same ids, the oldest first; at most ${REPLAYED} a request`,
    scope: 'webhooks:manage',
    params,
    body: named(
      'ReplayForm',
      z.strictObject({ after: described(paging.after, 'a cursor of `listEvents`; absent: from the first event on') }),
    ),
    answers: {
      202: {
        about: 'they are sent again',
        schema: named(
          'Replay',
          z.strictObject({
            events: described(z.int(), 'how many'),
            next: described(z.string().nullable(), 'ask again with it as `after`; null: that was all'),
          }),
        ),
      },
    },
    async handle({ params: one, body: { after } }, { webhooks, feeds }, caller) {
      const tenant = wholeTenant(caller);
      const head = await feeds.head();
      const from = { after: placeOf(after, head, 'body/after') ?? 0, limit: REPLAYED };
      const { count, last, isWhole } = await webhooks.replay(tenant, one.id, from);
      return { status: 202, body: { events: count, next: isWhole ? null : cursorAt(last, head) } };
    },
  }),
];

/** A webhook tells everything of its tenant. @throws CustosError SCOPE_MISSING */
function requireWhole(caller: Caller): void {
  if (isWhole(caller)) return;
  throw new CustosError('SCOPE_MISSING', 'a token for some wallets or chains makes no webhook');
}

/** For a token that does not see everything of its tenant there is no webhook. @throws CustosError WEBHOOK_UNKNOWN */
function wholeTenant(caller: Caller): TenantId {
  if (isWhole(caller)) return caller.tenant;
  throw new CustosError('WEBHOOK_UNKNOWN', 'there is no such webhook');
}

/** A webhook as applications see it. */
export function webhookJson({ webhook: one, publicKey }: ShownWebhook): z.input<typeof webhook> {
  return {
    ...{ id: one.id, url: one.url, enabled: one.isEnabled, publicKey },
    types: one.types === undefined ? null : [...one.types],
    createdAt: new Date(one.createdAt).toISOString(),
  };
}

/** A delivery as applications see it. */
export function deliveryJson({ seq, state, attempts, answer, nextAt }: Delivery): z.input<typeof delivery> {
  return {
    ...{ delivery: String(seq), state, attempts, answer: answer ?? null },
    nextAt: state === 'waiting' ? new Date(nextAt).toISOString() : null,
  };
}
