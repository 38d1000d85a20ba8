import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import type { SubscriptionCall, Subscriptions } from '../../core/events/subscriptions.js';
import type { SubscriptionKind } from '../../core/events/types.js';
import { readForm } from '../../http/body.js';
import { isRecord } from '../../http/json.js';
import { checkField } from '../../http/problems.js';
import { callerOf, type GatewayRequest, type RoleRoutes } from '../caller.js';
import { parseForm } from '../requests.js';

const kinds: Readonly<Record<string, SubscriptionKind>> = { KMS_COMPLETED_TX: 'completed', KMS_FAILED_TX: 'failed' };
/** What the API calls what an application hears of. */
export const subscriptionTypes: Readonly<Record<SubscriptionKind, string>> = {
  completed: 'KMS_COMPLETED_TX',
  failed: 'KMS_FAILED_TX',
};

const subscriptionForm = z.object({
  type: z.enum(['KMS_COMPLETED_TX', 'KMS_FAILED_TX']),
  attr: z.object({ url: z.string().min(1).max(500) }),
});
const secretForm = z.object({ hmacSecret: z.string().min(1).max(100) });
const sliceForm = z.object({
  pageSize: z.coerce.number().int().min(1).max(50),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  direction: z.enum(['asc', 'desc']).default('asc'),
  failed: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
});

/** Routes by which an application asks to hear of its transactions. */
export function subscriptionRoutes(routes: RoleRoutes): void {
  for (const path of ['/v3/subscription', '/v4/subscription']) {
    routes.post(path, ['submit'], subscribe);
    routes.get(path, ['submit', 'read'], list);
    routes.get(`${path}/count`, ['submit', 'read'], async (request) =>
      request.json({ total: await subscriptionsOf(request).count() }),
    );
    routes.get(`${path}/webhook`, ['submit', 'read'], listCalls);
    routes.get(`${path}/webhook/count`, ['submit', 'read'], countCalls);
    routes.put(path, ['submit'], async (request) => {
      const { hmacSecret } = parseForm(secretForm, await readForm(request));
      await subscriptionsOf(request).setSecret(hmacSecret);
      return request.body(null, 204);
    });
    routes.delete(path, ['submit'], async (request) => {
      await subscriptionsOf(request).setSecret(undefined);
      return request.body(null, 204);
    });
    routes.delete(`${path}/:id`, ['submit'], remove);
  }
}

async function subscribe(request: GatewayRequest): Promise<Response> {
  const body = await readForm(request);
  const subscriptions = subscriptionsOf(request);
  refuseOtherType(body);
  const { type, attr } = parseForm(subscriptionForm, body);
  const wanted = { kind: kinds[type] ?? 'completed', url: attr.url };
  return request.json({ id: await checkUrl(() => subscriptions.add(wanted)) });
}

/** Events of addresses and blocks need an index of the chain, which a gateway does not have. @throws CustosError NOT_OFFERED */
function refuseOtherType(body: unknown): void {
  const type = isRecord(body) ? body['type'] : undefined;
  if (typeof type !== 'string' || !/^[A-Z_]{5,60}$/.test(type) || Object.hasOwn(kinds, type)) return;
  const names = Object.keys(kinds).join(' and ');
  throw new CustosError('NOT_OFFERED', `this gateway tells of ${names} only: it does not watch addresses`);
}

async function checkUrl<T>(add: () => Promise<T>): Promise<T> {
  try {
    return await add();
  } catch (error) {
    if (!(error instanceof CustosError) || error.code !== 'WEBHOOK_URL_REFUSED') throw error;
    return checkField('attr.url', () => {
      throw error;
    });
  }
}

async function list(request: GatewayRequest): Promise<Response> {
  const { pageSize, offset } = sliceOf(request);
  const found = await subscriptionsOf(request).list({ limit: pageSize, offset });
  return request.json(found.map(({ id, kind, url }) => ({ id, type: subscriptionTypes[kind], attr: { url } })));
}

async function listCalls(request: GatewayRequest): Promise<Response> {
  const { pageSize, offset, direction, failed } = sliceOf(request);
  const filter = { limit: pageSize, offset, isNewestFirst: direction === 'desc' };
  const calls = await subscriptionsOf(request).calls({ ...filter, ...(failed !== undefined && { failed }) });
  return request.json(calls.map(callJson));
}

async function countCalls(request: GatewayRequest): Promise<Response> {
  const { failed } = sliceOf(request, { pageSize: '1' });
  const total = await subscriptionsOf(request).countCalls(failed === undefined ? {} : { failed });
  return request.json({ total });
}

async function remove(request: GatewayRequest): Promise<Response> {
  const id = (request.req.param('id') ?? '').toLowerCase();
  if (!(await subscriptionsOf(request).remove(id))) {
    throw new CustosError('WEBHOOK_UNKNOWN', 'there is no such subscription');
  }
  return request.body(null, 204);
}

function sliceOf(request: GatewayRequest, defaults: Readonly<Record<string, string>> = {}) {
  return parseForm(sliceForm, { ...defaults, ...request.req.query() });
}

/** The API's WebHook. */
function callJson({ id, subscription, data, state, attempts, nextAt, answer, at }: SubscriptionCall) {
  const status = Number(answer);
  const type = subscriptionTypes[subscription.kind];
  return {
    ...{ id, type, subscriptionId: subscription.id, url: subscription.url },
    data: { subscriptionType: type, ...data },
    ...(state === 'waiting' && { nextTime: nextAt }),
    timestamp: at,
    retryCount: Math.max(0, attempts - 1),
    failed: state === 'failed',
    ...(answer !== undefined && {
      response: Number.isInteger(status) ? { code: status, networkError: false } : { data: answer, networkError: true },
    }),
  };
}

/** @throws CustosError NOT_OFFERED */
function subscriptionsOf(request: GatewayRequest): Subscriptions {
  const { subscriptions } = callerOf(request);
  if (subscriptions !== undefined) return subscriptions;
  throw new CustosError('NOT_OFFERED', 'no messages are sent from here');
}
