import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '../../src/app/config/config.js';
import { createHouse, type House } from '../../src/app/house.js';
import { ManagedWebhooks } from '../../src/app/serve/managed-webhooks.js';
import { verifyWebhook } from '../../src/client/index.js';
import { defaultTenant } from '../../src/core/ids.js';
import { parsePending } from '../../src/core/signing/pending.js';
import { eth } from '../storage/support.js';
import { type Running, removeHome, start } from '../support/custos.js';
import { storeOf } from '../support/home-store.js';
import { makeQuickHome } from '../support/quick-slot.js';
import { silentTerminal } from '../support/silent-terminal.js';

const env = { CUSTOS_PASSWORD: 'correct horse battery staple' };
const EVENTS = 30;
/** Messages that are answered before the receiver falls silent. */
const ANSWERED = 10;
/** Messages that a server has on their way to one receiver. */
const ON_THEIR_WAY = 8;

const got: { readonly id: string; readonly body: string }[] = [];
const held: ServerResponse[] = [];
let isSilent = true;
let tell = () => {};
let secret = '';
const receiver = createServer(async (request, response) => {
  const body = await text(request);
  const { id } = await verifyWebhook({ headers: request.headers, body }, { secret });
  got.push({ id, body });
  if (isSilent && got.length > ANSWERED) held.push(response);
  else response.writeHead(204).end();
  tell();
});
const until = async (isSo: () => boolean) => {
  while (!isSo()) {
    await new Promise<void>((resolve) => {
      tell = resolve;
    });
  }
};

let [home, url] = ['', ''];
let server: Running | undefined;
beforeAll(async () => {
  home = await makeQuickHome(env);
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  await server?.kill('SIGTERM');
  receiver.closeAllConnections();
  receiver.close();
  removeHome(home);
});

async function inHouse(work: (house: House) => Promise<void>): Promise<void> {
  const house = createHouse(readConfig({}, { ...storeOf(home), ...env }, home), silentTerminal);
  await work(house);
  await house.close();
}

async function fill(house: House): Promise<void> {
  const journal = await house.journal();
  const parts = { store: await house.store(), rootKey: await house.rootKey(), clock: house.clock };
  const webhooks = new ManagedWebhooks({ ...parts, allowedHosts: ['127.0.0.1'] });
  const made = await webhooks.add({ tenant: defaultTenant, network: 'testnet', url });
  secret = made.secret.exposeText();
  for (let at = 0; at < EVENTS; at++) {
    const id = at.toString(16).padStart(24, '0');
    const wallet = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';
    const received = { id, chain: 'ETH', hashes: [wallet], serializedTransaction: '{"to":"0x1"}' };
    const pending = parsePending(received, eth, 'testnet');
    await journal.accept({ tenant: defaultTenant, source: 'api', kind: 'transaction', delivery: 'broadcast', pending });
  }
}

const serve = () => {
  const args = ['serve', '--no-signer', '--testnet', '--webhook-host', '127.0.0.1', '--listen', '127.0.0.1:0'];
  return start(args, { home, env });
};

it('a server that is killed while messages are on their way loses none: they come again under the same ids', async () => {
  await inHouse(fill);
  server = serve();
  await until(() => held.length === ON_THEIR_WAY);
  expect(got).toHaveLength(ANSWERED + ON_THEIR_WAY);
  await server.kill('SIGKILL');
  // As if the time had passed for which another process waits for the killed one.
  await inHouse(async (house) => {
    expect(await (await house.store()).webhooks.lease('passed', Date.now() + 60_000, 0)).toBe(true);
  });
  isSilent = false;
  const before = new Set(got.map(({ id }) => id));
  const unanswered = got.slice(ANSWERED);
  server = serve();
  await until(() => new Set(got.map(({ id }) => id)).size === EVENTS);
  const again = (wanted: string) => got.slice(ANSWERED + ON_THEIR_WAY).filter(({ id }) => id === wanted);
  await until(() => unanswered.every(({ id }) => again(id).length > 0));
  expect(before.size).toBe(ANSWERED + ON_THEIR_WAY);
  for (const { id, body } of unanswered) expect(again(id)[0]?.body).toBe(body);
}, 120_000);
