import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Line } from '../../src/webhooks/send.js';

let server: Server;
let line: Line;
let connections: Set<string>;
/** Messages that wait for their answer. */
let held: (() => void)[];
let arrived: (body: string) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    connections.add(`${request.socket.localAddress} ${request.socket.remotePort}`);
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => {
      const answer = () => response.writeHead(200).end('ok');
      if (body === 'slow') held.push(answer);
      else answer();
      arrived(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  line = new Line();
  connections = new Set();
  held = [];
  arrived = () => undefined;
});
afterEach(() => line.close());

/** @param address - of this machine */
const post = (body: string, address = '127.0.0.1') => {
  const { port } = server.address() as AddressInfo;
  const url = new URL(`http://hooks.example:${port}/`);
  return line.post({ url, address, family: 4 }, { body, headers: {} });
};

it('a message on its way goes on when the name leads the next one to another address', async () => {
  const bodies: string[] = [];
  const isThere = new Promise<void>((resolve) => {
    arrived = (body) => {
      bodies.push(body);
      resolve();
    };
  });
  const slow = post('slow');
  await isThere;
  for (let turn = 0; turn < 10; turn++) expect(await post('quick', `127.0.0.${2 + turn}`)).toBe(200);
  for (const answer of held) answer();
  expect(await slow).toBe(200);
  expect(bodies.filter((body) => body === 'slow')).toHaveLength(1);
});

it('messages to one address share a connection, also when another address comes between them', async () => {
  for (const address of ['127.0.0.1', '127.0.0.2', '127.0.0.1', '127.0.0.2', '127.0.0.1']) {
    expect(await post('quick', address)).toBe(200);
  }
  expect([...connections].map((one) => one.split(' ')[0]).sort()).toEqual(['127.0.0.1', '127.0.0.2']);
});
