import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { freshApi } from './support.js';

const HOUR = 3_600_000;
const SENDERS = 200;

describe('beside clients that send a request slowly', () => {
  const test = freshApi(undefined, { headerTime: HOUR, requestTime: HOUR, silence: HOUR });

  it('others are answered, and each slow one gets its own answer once its request is whole', async () => {
    const token = await test.token();
    const head = `POST /v1/transactions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n`;
    const whole = `${head}Content-Type: application/json\r\nContent-Length: 15\r\nConnection: close\r\n\r\n{"kind":"lend"}`;
    const body = whole.length - 15;
    // Each stops at another place: within the header, behind it, or within the body.
    const places = [head.length - 40, body, whole.length - 3];
    const senders = await Promise.all(
      Array.from({ length: SENDERS }, async (_, at) => {
        const socket = await test.hold();
        const place = places[at % places.length] ?? 0;
        const said: string[] = [];
        socket.on('data', (part) => said.push(String(part)));
        await new Promise((sent) => socket.write(whole.slice(0, place), sent));
        return { socket, said, rest: whole.slice(place) };
      }),
    );
    const answers = await Promise.all(Array.from({ length: 50 }, () => test.ask('GET /v1/wallets', { token })));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(senders.flatMap(({ said }) => said)).toEqual([]);
    for (const { socket, rest, said } of senders) {
      socket.write(rest);
      await once(socket, 'close');
      expect(said.join('')).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"REQUEST_INVALID"/);
    }
    expect((await test.store.journal.find({ network: 'testnet', limit: 10 })).length).toBe(0);
  });
});
