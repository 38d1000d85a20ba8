import { wholeNumber } from '../../../app/config/command-options.js';
import { ManagedWebhooks } from '../../../app/serve/managed-webhooks.js';
import { eventTypes } from '../../../core/events/types.js';
import { defaultTenant, parseTenantId } from '../../../core/ids.js';
import type { Call, Run } from '../../spec.js';

export const add: Run = async (call) => {
  const { args, options, house } = call;
  const made = await (await webhooksOf(call)).add({
    tenant: options.tenant === undefined ? defaultTenant : parseTenantId(options.tenant),
    network: house.config.network,
    url: args[0] ?? '',
    types: options.webhook.types,
  });
  showSecret(call, made);
  call.out.note(`Webhook ${made.shown.id} is made. Its secret is shown only this once.`);
  return 0;
};

export const list: Run = async (call) => {
  const { options, out } = call;
  const tenant = options.tenant === undefined ? undefined : parseTenantId(options.tenant);
  const found = await (await webhooksOf(call)).list(tenant);
  if (options.json) {
    for (const one of found) out.jsonLine(one);
    return 0;
  }
  const rows = found.map((one) => [
    ...[one.id, one.tenant, one.network, one.enabled ? 'enabled' : 'disabled', one.url],
    one.types?.join(',') ?? 'all',
  ]);
  out.table([['ID', 'TENANT', 'NETWORK', 'STATE', 'URL', 'TYPES'], ...rows]);
  return 0;
};

export const show: Run = async (call) => {
  call.out.json(await (await webhooksOf(call)).show(idOf(call)));
  return 0;
};

export const test: Run = async (call) => {
  const answer = await (await webhooksOf(call)).test(idOf(call));
  call.out.line(answer);
  return /^2\d\d$/.test(answer) ? 0 : 1;
};

export const rotate: Run = async (call) => {
  const made = await (await webhooksOf(call)).rotate(idOf(call));
  showSecret(call, made);
  call.out.note(
    `Webhook ${made.shown.id} has a new secret, which is shown only this once. The former one signs nothing more.`,
  );
  return 0;
};

export const enable: Run = async (call) => {
  await (await webhooksOf(call)).enable(idOf(call), true);
  call.out.note(`Webhook ${idOf(call)} is enabled: a server sends what waits.`);
  return 0;
};

export const disable: Run = async (call) => {
  await (await webhooksOf(call)).enable(idOf(call), false);
  call.out.note(`Webhook ${idOf(call)} is disabled. It gets nothing until it is enabled again.`);
  return 0;
};

export const remove: Run = async (call) => {
  await (await webhooksOf(call)).remove(idOf(call));
  call.out.note(`Webhook ${idOf(call)} is removed.`);
  return 0;
};

export const deliveries: Run = async (call) => {
  const { options, out } = call;
  const found = await (await webhooksOf(call)).deliveries(idOf(call), options.limit);
  if (options.json) {
    for (const one of found) out.jsonLine(one);
    return 0;
  }
  const rows = found.map(({ delivery, state, attempts, answer, nextAt }) => [
    ...[delivery, state, String(attempts), answer ?? '', nextAt ?? ''],
  ]);
  out.table([['DELIVERY', 'STATE', 'ATTEMPTS', 'ANSWER', 'NEXT'], ...rows]);
  return 0;
};

export const redeliver: Run = async (call) => {
  const delivery = wholeNumber(call.args[1], 'a delivery');
  await (await webhooksOf(call)).redeliver(idOf(call), delivery);
  call.out.note(`A server sends delivery ${delivery} again.`);
  return 0;
};

export const replay: Run = async (call) => {
  const events = await (await webhooksOf(call)).replay(idOf(call), call.options.webhook.after);
  call.out.json({ events });
  return 0;
};

/** What each type of events tells, for the help. */
export function typeNotes(): string {
  const width = Math.max(...Object.keys(eventTypes).map((type) => type.length));
  const lines = Object.entries(eventTypes).map(([type, about]) => `  ${type.padEnd(width)}  ${about}`);
  return ['Types of events:', ...lines].join('\n');
}

function idOf({ args }: Call): string {
  return args[0] ?? '';
}

function showSecret({ options, out }: Call, { shown, secret }: Awaited<ReturnType<ManagedWebhooks['add']>>): void {
  try {
    if (options.json) out.json({ ...shown, secret: secret.exposeText() });
    else out.line(secret.exposeText());
  } finally {
    secret.wipe();
  }
}

async function webhooksOf({ house, options }: Call): Promise<ManagedWebhooks> {
  await house.journal();
  const { webhook } = options;
  const parts = { store: await house.store(), rootKey: await house.rootKey(), clock: house.clock };
  return new ManagedWebhooks({ ...parts, allowedHosts: webhook.hosts });
}
