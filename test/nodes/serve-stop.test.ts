import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { custos, type Running, removeHome, start } from '../support/custos.js';
import { type Server, startServer } from '../support/http.js';
import { makeQuickHome } from '../support/quick-slot.js';

const env = { CUSTOS_PASSWORD: 'correct horse battery staple', CUSTOS_LOG_LEVEL: 'silent' };
const receiver = '0x52908400098527886e0f7030069857d2e4169ee7';
const raw = 'eth_sendRawTransaction';

let home: string;
let anvil: Anvil;
/** In front of the chain: sends nothing on while it is shut. */
let node: Server;
let isShut = true;
let server: Running | undefined;
let url = '';
let token = '';

beforeAll(async () => {
  home = await makeQuickHome(env);
  anvil = await startAnvil({ chainId: 11155111 });
  node = await startServer(async (response, { body }) => {
    if (isShut && body.includes(raw)) return response.writeHead(503).end();
    const answer = await fetch(anvil.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    response.writeHead(200, { 'content-type': 'application/json' }).end(await answer.text());
  });
  const scopes = 'wallets:create,transactions:create,transactions:read,events:read';
  token = (await custos(['token', 'create', 'shop', '--scope', scopes], { home, env })).stdout.trim();
});
afterAll(async () => {
  await server?.kill('SIGTERM');
  await node?.close();
  await anvil?.close();
  removeHome(home);
});

async function serve(): Promise<Running> {
  const flags = [
    '--testnet',
    '--rpc-chain',
    'ETH',
    '--node',
    `ETH=${node.url}`,
    '--period',
    '0.5',
    '--listen',
    '127.0.0.1:0',
  ];
  const running = start(['serve', ...flags], { home, env });
  [, url = ''] = /"(http:[^"]+)"/.exec(await running.line(/"url": ?"http/)) ?? [];
  return running;
}

async function ask(method: string, path: string, { body, headers }: { body?: object; headers?: object } = {}) {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: text.startsWith('{') ? JSON.parse(text) : {} };
}

it('SIGTERM answers every open request, and the next start carries on what was taken over', async () => {
  server = await serve();
  const { body: wallet } = await ask('POST', '/v1/wallets', { body: { chain: 'ETH', kind: 'key', owner: 'u-1' } });
  await anvil.rpc('anvil_setBalance', [wallet.address, '0xde0b6b3a7640000']);
  const pay = (key: string) =>
    ask('POST', '/v1/transactions', {
      body: { kind: 'transfer', chain: 'ETH', from: { wallet: wallet.id }, to: receiver, amount: '0.25' },
      headers: { 'idempotency-key': key, prefer: 'wait=60' },
    });
  const members = { from: wallet.address, to: receiver, value: '0x1', gas: '0x5208', gasPrice: '0x77359400' };
  const call = { jsonrpc: '2.0', id: 1, method: 'eth_sendTransaction', params: [members] };
  const payments = Promise.all([pay('one'), pay('two')]);
  const called = ask('POST', '/rpc/ETH', { body: call });
  const events = ask('GET', '/v1/events?wait=60&types=transaction.completed');
  const stream = ask('GET', '/v1/events/stream');
  // All that was asked before has arrived when a later request shows three rows, and one of them was tried at the node.
  while (node.seen.every(({ body }) => !body.includes(raw))) await new Promise(setImmediate);
  while ((await ask('GET', '/v1/transactions')).body.data.length < 3);

  expect((await server.kill('SIGTERM')).code).toBe(0);
  for (const { status, body } of await payments) {
    expect(status).toBe(202);
    expect(['claimed', 'held', 'signed']).toContain(body.state);
  }
  expect((await called).body).toMatchObject({ error: { code: -32002, data: { code: 'REQUEST_WAITS' } } });
  expect(await events).toMatchObject({ status: 200, body: { data: [] } });
  expect(await stream).toMatchObject({ status: 200, text: expect.stringMatching(/^: events follow/) });
  expect(await anvil.rpc('eth_getTransactionCount', [wallet.address, 'latest'])).toBe('0x0');

  isShut = false;
  server = await serve();
  const ids = [...(await payments).map(({ body }) => body.id), (await called).body.error.data.id];
  const [one, two] = await Promise.all([pay('one'), pay('two')]);
  expect([one?.body.id, two?.body.id]).toEqual(ids.slice(0, 2).map(String));
  expect([one, two].map((again) => again?.headers.get('idempotency-replayed'))).toEqual(['true', 'true']);
  for (const id of ids) {
    const look = async () => (await ask('GET', `/v1/transactions/${id}`, { headers: { prefer: 'wait=60' } })).body;
    let found = await look();
    while (found.state === 'claimed' || found.state === 'signed' || found.state === 'broadcast') found = await look();
    expect(found).toMatchObject({ id, state: 'completed' });
  }
  expect(await anvil.rpc('eth_getTransactionCount', [wallet.address, 'latest'])).toBe('0x3');
  expect(await anvil.rpc('eth_getBalance', [receiver, 'latest'])).toBe(`0x${(500_000_000_000_000_001n).toString(16)}`);
});
