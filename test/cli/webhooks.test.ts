import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { House } from '../../src/app/house.js';
import * as commands from '../../src/cli/commands/service/webhooks.js';
import type { Run } from '../../src/cli/spec.js';
import { verifyWebhook } from '../../src/client/index.js';
import { makeHome, removeHome } from '../support/custos.js';
import { openHouse, runInProcess } from '../support/in-process.js';

let status = 204;
const got: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
const receiver = createServer(async (request, response) => {
  got.push({ headers: request.headers, body: await text(request) });
  response.writeHead(status).end();
});

let [home, url] = ['', ''];
let house: House;
beforeAll(async () => {
  home = makeHome();
  house = await openHouse(home);
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
afterAll(async () => {
  await house.close();
  removeHome(home);
  receiver.closeAllConnections();
  receiver.close();
});

const webhookHost = '127.0.0.1';
const run = (command: Run, args: readonly string[] = [], flags: Readonly<Record<string, unknown>> = {}) =>
  runInProcess(house, command, { args, flags });
const shown = async (id: string) => (await run(commands.show, [id])).results[0];

it('a webhook prints its secret once, and nothing else on standard output', async () => {
  const { results, notes } = await run(commands.add, [url], { webhookHost });
  expect(results).toEqual([expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/)]);
  const [, id = ''] = /^Webhook (wh_[0-9a-f]{32}) is made/.exec(notes[0] ?? '') ?? [];
  const secret = String(results[0]);
  const listed = [
    (await run(commands.list, [], { json: true })).results,
    (await run(commands.list)).results,
    await shown(id),
  ];
  expect(JSON.stringify(listed)).not.toContain(secret);
  expect(listed[0]).toEqual([
    {
      id,
      tenant: 'default',
      network: 'mainnet',
      url,
      types: null,
      enabled: true,
      publicKey: expect.stringMatching(/^whpk_/),
      createdAt: expect.any(String),
    },
  ]);
  expect((await run(commands.test, [id], { webhookHost })).results).toEqual(['204']);
  const { headers, body } = got.at(-1) ?? { headers: {}, body: '' };
  expect(await verifyWebhook({ headers, body }, { secret })).toMatchObject({
    type: 'webhook.test',
    data: { webhook: id },
  });
  const [other] = (await run(commands.rotate, [id])).results;
  await run(commands.test, [id], { webhookHost });
  const later = got.at(-1) ?? { headers: {}, body: '' };
  expect(await verifyWebhook(later, { secret: String(other) })).toMatchObject({ type: 'webhook.test' });
  await expect(verifyWebhook(later, { secret })).rejects.toMatchObject({ code: 'WEBHOOK_INVALID' });
});

it('a test of a webhook whose receiver refuses it fails', async () => {
  const [made] = (await run(commands.add, [url], { webhookHost, json: true })).results;
  status = 500;
  await expect(run(commands.test, [String(made?.['id'])], { webhookHost })).rejects.toThrow('expected 1 to be +0');
  status = 204;
  // A server says for itself which hosts it sends to.
  await expect(run(commands.test, [String(made?.['id'])])).rejects.toThrow('expected 1 to be +0');
});

it('a webhook is disabled, enabled and removed by its id', async () => {
  const [made] = (await run(commands.add, [url], { webhookHost, json: true })).results;
  const id = String(made?.['id']);
  await run(commands.disable, [id]);
  expect(await shown(id)).toMatchObject({ enabled: false });
  await run(commands.enable, [id]);
  expect(await shown(id)).toMatchObject({ enabled: true });
  await run(commands.remove, [id]);
  await expect(shown(id)).rejects.toMatchObject({ code: 'WEBHOOK_UNKNOWN' });
});

it('a webhook gets a network, and types that there are, of a tenant that there is', async () => {
  const type = ['transaction.completed,transaction.failed'];
  const [made] = (await run(commands.add, ['https://shop.example/'], { type, json: true })).results;
  expect(made).toMatchObject({ types: ['transaction.completed', 'transaction.failed'] });
  const add = (flags: Readonly<Record<string, unknown>>) => run(commands.add, ['https://shop.example/'], flags);
  await expect(add({ type: ['paid'] })).rejects.toMatchObject({ code: 'USAGE' });
  await expect(add({ tenant: 'nobody' })).rejects.toMatchObject({ code: 'TENANT_UNKNOWN' });
  await expect(run(commands.add, ['http://10.0.0.1/'])).rejects.toMatchObject({ code: 'WEBHOOK_URL_REFUSED' });
});

it('deliveries are listed, and sent again one at a time or behind a cursor', async () => {
  const [made] = (await run(commands.add, [url], { webhookHost, json: true })).results;
  const id = String(made?.['id']);
  const store = await house.store();
  const { network, tenant } = { network: 'mainnet', tenant: 'default' } as const;
  const [one] = (await store.webhooks.all()).filter((webhook) => webhook.id === id);
  expect(one).toMatchObject({ network, tenant });
  await store.webhooks.disable({ tenant: one?.tenant ?? ('' as never), id }, 'a test');
  expect((await run(commands.replay, [id])).results).toEqual([{ events: 1 }]);
  const waiting = { delivery: '1', state: 'waiting', attempts: 0, answer: null, nextAt: expect.any(String) };
  expect((await run(commands.deliveries, [id], { json: true })).results).toEqual([waiting]);
  await store.webhooks.note({ webhook: id, seq: 1, state: 'delivered', attempts: 1, nextAt: 5, answer: '204' });
  expect((await run(commands.deliveries, [id])).results[0]).toContainEqual(['1', 'delivered', '1', '204', '']);
  await run(commands.redeliver, [id, '1']);
  expect((await run(commands.deliveries, [id], { json: true })).results).toEqual([{ ...waiting, answer: '204' }]);
  await expect(run(commands.redeliver, [id, '2'])).rejects.toMatchObject({ code: 'WEBHOOK_UNKNOWN' });
  await expect(run(commands.replay, [id], { after: 'AAAA' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  await expect(run(commands.deliveries, ['wh_x'])).rejects.toMatchObject({ code: 'WEBHOOK_UNKNOWN' });
});
