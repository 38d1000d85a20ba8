import { afterEach, describe, expect, test } from 'vitest';
import { createKey } from '../../src/app/gateway/keys.js';
import { allGatewayRoles } from '../../src/core/access/gateway-roles.js';
import { parseTenantId } from '../../src/core/ids.js';
import { openMany, openRaw, parseAnswer, type RawClient, sendRaw } from '../http/sockets.js';
import { apiKey, type Running, startRunning } from './running.js';

let running: Running;
let clients: RawClient[] = [];

afterEach(async () => {
  for (const { socket } of clients) socket.destroy();
  clients = [];
  await running.close();
});

describe('two hundred clients at a gateway that keeps twenty connections', () => {
  test.each([
    ['that send nothing', ''],
    ['that never end a header', 'POST /v3/ethereum/transaction HTTP/1.1\r\nHost: localhost\r\n'],
    ['that ask without a key, and stay', 'GET /v3/kms/pending/ETH HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    [
      'that announce a body without a key, and never send it',
      'POST /v3/ethereum/transaction HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n',
    ],
  ])('clients %s do not keep a client with a key from its answers', async (_name, text) => {
    running = await startRunning({ limits: { connections: 20 } });
    clients = await openMany(running.gateway.url, 200, text);
    const asked = Array.from({ length: 5 }, () => running.get('/v3/kms/pending/ETH'));
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 5 }, () => ({ status: 200, body: [] })));
  });

  test('clients with the key of one tenant, that never send their bodies, keep nobody else from an answer', async () => {
    running = await startRunning({ limits: { connections: 20 } });
    const wish = { name: 'shop', roles: allGatewayRoles, tenant: parseTenantId('shop'), expiresAt: undefined };
    const { text: key } = await createKey(running.queue.keys, wish, Date.now());
    const headers = `Host: localhost\r\nx-api-key: ${key.exposeText()}\r\nContent-Length: 100`;
    clients = await openMany(running.gateway.url, 200, `POST /v3/ethereum/transaction HTTP/1.1\r\n${headers}\r\n\r\n`);
    const own = await running.get('/v3/kms/pending/ETH', { 'x-api-key': key.exposeText() });
    expect(own).toMatchObject({ status: 429, body: { errorCode: 'RATE_LIMITED' } });
    const asked = Array.from({ length: 5 }, () => running.get('/v3/kms/pending/ETH'));
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 5 }, () => ({ status: 200, body: [] })));
  });
});

describe('a request that the gateway cannot read', () => {
  test('an unreadable request with two lengths gets the documented form of an error', async () => {
    running = await startRunning();
    const headers = `Host: localhost\r\nx-api-key: ${apiKey}\r\nContent-Length: 2\r\nTransfer-Encoding: chunked`;
    const text = `POST /v3/ethereum/transaction HTTP/1.1\r\n${headers}\r\n\r\n2\r\n{}\r\n0\r\n\r\n`;
    const { status, body } = parseAnswer(await sendRaw(running.gateway.url, text));
    expect(status).toBe(400);
    expect(body).toMatchObject({
      errorCode: 'validation.failed',
      statusCode: 400,
      data: [],
      message: expect.any(String),
    });
  });

  test('an endless request gets the documented form of an error', async () => {
    running = await startRunning({ limits: { headerTime: 200, requestTime: 200 } });
    const head = `POST /v3/ethereum/transaction HTTP/1.1\r\nHost: localhost\r\nx-api-key: ${apiKey}\r\n`;
    for (const text of [head, `${head}Content-Length: 100\r\n\r\n{`]) {
      const { status, body } = parseAnswer(await sendRaw(running.gateway.url, text));
      expect([status, body['errorCode']]).toEqual([408, 'REQUEST_INCOMPLETE']);
    }
  });

  test('a request with an unexpected body gets the documented form of an error, and HEAD gets it without a body', async () => {
    running = await startRunning();
    const head = `HTTP/1.1\r\nHost: localhost\r\nx-api-key: ${apiKey}\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`;
    const { status, body } = parseAnswer(await sendRaw(running.gateway.url, `GET /v3/kms/pending/ETH ${head}`));
    expect([status, body['data']]).toMatchObject([400, [{ property: 'body' }]]);
    expect(await sendRaw(running.gateway.url, `HEAD /v3/kms/pending/ETH ${head}`)).toMatch(
      /^HTTP\/1\.1 400 .*\r\n\r\n$/s,
    );
  });
});

describe('the type of a body', () => {
  const form = '{"errors":[]}';
  const send = async (type: string, body: string | Uint8Array) => {
    const headers = { 'x-api-key': apiKey, 'content-type': type };
    const response = await fetch(`${running.gateway.url}/v3/tatum/kms/batch`, { method: 'POST', headers, body });
    return [response.status, response.status === 204 ? undefined : await response.json()];
  };

  test('the type of a body does not matter for JSON, and is named as the fault for anything else', async () => {
    running = await startRunning();
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'nonsense']) {
      expect(await send(type, form)).toEqual([204, undefined]);
    }
    const refused = [
      400,
      { errorCode: 'validation.failed', data: [{ property: 'body', constraints: expect.anything() }] },
    ];
    expect(await send('application/x-www-form-urlencoded', 'errors=')).toMatchObject(refused);
    expect(await send('multipart/form-data; boundary=x', '--x\r\n\r\n--x--')).toMatchObject(refused);
    expect(await send('application/xml', '<errors/>')).toMatchObject(refused);
    expect(await send('application/json; charset=utf-16', Buffer.from(form, 'utf16le'))).toMatchObject(refused);
  });
});

test('a client that goes away in the middle of its request leaves no error in the log', async () => {
  const events: string[] = [];
  let seen = () => {};
  const refused = new Promise<void>((resolve) => {
    seen = resolve;
  });
  const note = (level: string) => (fields: Readonly<Record<string, unknown>>, event: string) => {
    events.push(`${level} ${event} ${String(fields['code'])}`);
    if (event.startsWith('request ')) seen();
  };
  const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  running = await startRunning({ log });
  const client = await openRaw(running.gateway.url);
  const head = `POST /v3/tatum/kms/batch HTTP/1.1\r\nHost: localhost\r\nx-api-key: ${apiKey}\r\nExpect: 100-continue`;
  client.send(`${head}\r\nContent-Length: 100\r\n\r\n{`);
  await client.received(/100 Continue/);
  client.socket.destroy();
  await refused;
  expect(events.filter((line) => line.includes('request '))).not.toContain(expect.stringContaining('error'));
  expect(events.at(-1)).toBe('debug request refused REQUEST_INCOMPLETE');
});
