import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freshApi } from './support.js';

const address = '0x1111111111111111111111111111111111111111';

describe('a request that is read without the Fetch standard', () => {
  const test = freshApi(undefined, { headerTime: 2000, requestTime: 2000 });

  /** Everything that is sent, in parts, and everything that comes back until the connection ends. */
  const sent = (parts: readonly string[]) =>
    new Promise<string>((resolve, reject) => {
      let said = '';
      const socket = connect(Number(new URL(test.api.url).port), '127.0.0.1', async () => {
        for (const part of parts) {
          socket.write(part);
          await new Promise((resume) => setImmediate(resume));
        }
      });
      socket.setEncoding('utf8').on('data', (part: string) => {
        said += part;
      });
      socket.on('close', () => resolve(said)).on('error', reject);
    });

  const requestOf = (line: string, headers: readonly string[], body = '') =>
    `${[`${line} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n${body}`;

  /** What an answer says, without what differs from request to request. */
  const shape = (answer: string) =>
    answer
      .replace(/urn:uuid:[0-9a-f-]{36}/g, 'urn')
      .replace(/^Date: .*$/im, 'Date')
      .split('\r\n')
      .map((line) => (/^[\w-]+:/.test(line) ? line.toLowerCase() : line))
      .toSorted()
      .join('\n');

  it('is answered exactly as one that says the same in an unusual way', async () => {
    const token = await test.token({ scopes: ['wallets:create', 'wallets:read', 'policies:read'] });
    const { signatureId } = await test.wallet();
    const bearer = `Authorization: Bearer ${token}`;
    const json = 'Content-Type: application/json';
    const lines: readonly (readonly [string, readonly string[], string?])[] = [
      [`GET /v1/wallets/${signatureId}`, [bearer]],
      ['GET /v1/wallets', [bearer]],
      ['GET /v1/wallets', []],
      ['GET /v1/wallets', ['Authorization: Bearer wrong']],
      ['GET /v1/tokens', [bearer]],
      ['GET /v1/wallets/none', [bearer]],
      ['DELETE /v1/wallets', [bearer]],
      ['GET /v1/nothing', [bearer]],
      ['POST /v1/policies/check', [bearer, json], '{"policy":{}}'],
      ['POST /v1/policies/check', [bearer, json], '{"policy":1,"policy":2}'],
      ['POST /v1/policies/check', [bearer, json], '{'],
      ['POST /v1/policies/check', [bearer, json], '{"policy":{"a":"\\ud800"}}'],
      ['POST /v1/policies/check', [bearer], '{}'],
      ['POST /v1/policies/check', [bearer, json], ''],
      [`POST /v1/wallets/${signatureId}/addresses`, [bearer, json], '{"a":1}'],
      ['POST /v1/transactions', [bearer, json], JSON.stringify({ to: address })],
    ];
    for (const [line, headers, body = ''] of lines) {
      const all = body === '' && !line.startsWith('POST') ? headers : [...headers, `Content-Length: ${body.length}`];
      const plain = await sent([requestOf(line, all, body)]);
      // A cookie of somebody else, and an empty query, are reasons to read it with everything.
      expect(shape(await sent([requestOf(line, [...all, 'Cookie: a=b'], body)])), line).toBe(shape(plain));
      expect(shape(await sent([requestOf(`${line}?`, all, body)])), line).toBe(shape(plain));
    }
  });

  it('is asked for another host, and refused', async () => {
    const answer = await sent(['GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n']);
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
    expect(answer).toContain('HOST_NOT_ALLOWED');
  });

  it('may come in any number of parts', async () => {
    const token = await test.token();
    const body = '{"policy":{"custosPolicy":1}}';
    const headers = [
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ];
    const whole = requestOf('POST /v1/policies/check', headers, body);
    expect(shape(await sent([...whole]))).toBe(shape(await sent([whole])));
  });

  it('whose body never ends is answered, and its connection ends', async () => {
    const started = requestOf(
      'POST /v1/policies/check',
      ['Content-Length: 100', 'Content-Type: application/json'],
      '{',
    );
    const answer = await sent([started.replace('Connection: close\r\n', '')]);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(answer).toContain('TOKEN_MISSING');
  });

  it('that waits looks out once for a client that goes away, however often it looks for the end', async () => {
    const warnings: string[] = [];
    const hear = ({ name }: Error) => void warnings.push(name);
    process.on('warning', hear);
    const { signatureId } = await test.wallet();
    const answer = await test.ask('POST /v1/transactions', {
      token: await test.token(),
      body: { kind: 'raw', chain: 'ETH', keys: [{ wallet: signatureId }], unsigned: `{"to":"${address}","value":"1"}` },
      headers: { 'idempotency-key': 'waits', prefer: 'wait=2' },
    });
    process.off('warning', hear);
    expect([answer.status, answer.headers.get('preference-applied'), warnings]).toEqual([202, 'wait=2', []]);
  });

  it('whose client goes away in its body stores nothing, and others are answered', async () => {
    const token = await test.token();
    const headers = [`Authorization: Bearer ${token}`, 'Content-Type: application/json', 'Content-Length: 100'];
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(test.api.url).port), '127.0.0.1', () => {
        socket.write(requestOf('POST /v1/wallets', headers, '{'), () => socket.destroy());
      });
      socket.on('close', () => resolve());
    });
    expect((await test.ask('GET /v1/wallets', { token })).body).toMatchObject({ data: [] });
  });
});
