import { describe, expect, it } from 'vitest';
import { freshApi } from './support.js';

describe('a request of the API', () => {
  const test = freshApi(undefined, { headerTime: 400, requestTime: 400 });
  const refusalOf = async (operation: string, asked: Parameters<typeof test.ask>[1] = {}) => {
    const { status, body } = await test.ask(operation, { token: await test.token(), ...asked });
    return [status, body['code']];
  };

  it('with another method is refused with the methods that are there', async () => {
    const { status, headers, body } = await test.ask('DELETE /v1/wallets');
    expect([status, body['code'], headers.get('allow')]).toEqual([
      405,
      'METHOD_UNKNOWN',
      expect.stringContaining('GET'),
    ]);
  });

  it('that asks for the methods of a path gets them without a token', async () => {
    const { status, headers } = await test.ask('OPTIONS /v1/wallets');
    expect([status, headers.get('allow')]).toEqual([204, expect.stringContaining('GET, HEAD')]);
    expect((await test.ask('OPTIONS /v1/nothing')).status).toBe(404);
  });

  it('for the header alone gets no body', async () => {
    const answer = await fetch(`${test.api.url}/health`, { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  it('for a path that is not there is 404, whatever the token', async () => {
    for (const path of ['/v1/walletz', '/v1', '/v2/wallets']) {
      expect(await refusalOf(`GET ${path}`)).toEqual([404, 'ROUTE_UNKNOWN']);
    }
  });

  it('with unknown or repeated query parameters names each with its place', async () => {
    const token = await test.token();
    const unknown = await test.ask('GET /v1/wallets?limit=0&colour=red', { token });
    expect(unknown.body['errors']).toEqual([
      expect.objectContaining({ in: 'query', pointer: '/limit' }),
      { in: 'query', pointer: '/colour', code: 'unknown', detail: 'is unknown' },
    ]);
    const twice = await test.ask('GET /v1/wallets?limit=1&limit=2', { token });
    expect(twice.body['errors']).toEqual([expect.objectContaining({ pointer: '/limit', code: 'twice' })]);
  });

  it('with a cursor that no page gave is refused', async () => {
    expect(await refusalOf('GET /v1/wallets?after=AAAA')).toEqual([400, 'REQUEST_INVALID']);
  });

  it('with an id of another form is refused at its place', async () => {
    const { status, body } = await test.ask('GET /v1/wallets/1', { token: await test.token() });
    expect([status, body['errors']]).toEqual([400, [expect.objectContaining({ in: 'path', pointer: '/id' })]]);
  });

  it('that reads and has a body is refused', async () => {
    const answer = await test.raw(
      'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}',
    );
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('"code":"REQUEST_INVALID"');
  });

  it('for a host that is not the server is refused', async () => {
    const answer = await test.raw('GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    expect(answer).toContain('HOST_NOT_ALLOWED');
  });

  it('that is not HTTP is refused as a problem', async () => {
    const answer = await test.raw('GET /health HTTP/9\r\n\r\n');
    expect(answer).toContain('application/problem+json');
  });

  it('that is never finished ends after its time, and holds up no other', async () => {
    const slow = test.raw('GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
    expect((await test.ask('GET /health')).status).toBe(200);
    expect(await slow).toContain('REQUEST_INCOMPLETE');
  });

  it('gets an id that the answer and its header share', async () => {
    const { headers, body } = await test.ask('GET /v1/nothing');
    expect(body['instance']).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    expect(headers.get('x-request-id')).toBe(body['instance']);
    expect(headers.get('content-type')).toBe('application/problem+json');
  });

  it('is told what the type of a problem means', async () => {
    const { body } = await test.ask('GET /v1/nothing');
    const kind = await test.ask(`GET ${String(body['type'])}`);
    expect(kind.body).toMatchObject({ code: 'ROUTE_UNKNOWN', status: 404, retryable: false });
    expect((await test.ask('GET /errors/NOTHING')).status).toBe(404);
    expect((await test.ask('GET /errors/__proto__')).status).toBe(404);
  });

  it('is answered while 1,000 other connections are open', async () => {
    const held = await Promise.all(Array.from({ length: 1000 }, () => test.hold()));
    expect((await test.ask('GET /health')).status).toBe(200);
    for (const socket of held) socket.destroy();
  });
});
