import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createWire } from '../../src/cloud/wire.js';
import { json, type Server, startServer, text } from '../support/http.js';

const request = { method: 'POST', headers: {}, body: '{}', timeout: 5000, limit: 1_000_000 } as const;
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A server that speaks HTTP by hand: `answer` gets the connection and which one and which request on it this is. */
async function startRaw(answer: (socket: Socket, connection: number, turn: number) => void) {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    const connection = ++connections;
    let turn = 0;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => answer(socket, connection, ++turn));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, connections: () => connections };
}

async function startPlain(reply: Parameters<typeof startServer>[0]): Promise<Server> {
  const server = await startServer(reply);
  closers.push(() => server.close());
  return server;
}

const well = (socket: Socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nwell');

describe('a connection', () => {
  it('a connection is kept for the next request', async () => {
    const server = await startRaw(well);
    const wire = createWire();
    for (let turn = 0; turn < 3; turn++) expect((await wire({ ...request, url: server.url })).status).toBe(200);
    expect(server.connections()).toBe(1);
  });

  it('a connection that the server closes under a request is replaced, and the request is sent again', async () => {
    const server = await startRaw((socket, connection, turn) => {
      if (connection === 1 && turn === 2) socket.destroy();
      else well(socket);
    });
    const wire = createWire();
    await wire({ ...request, url: server.url });
    const answer = await wire({ ...request, url: server.url });
    expect(Buffer.from(answer.body ?? []).toString()).toBe('well');
    expect(server.connections()).toBe(2);
  });

  it('a new connection that is closed at once fails the request', async () => {
    const server = await startRaw((socket) => socket.destroy());
    await expect(createWire()({ ...request, url: server.url })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(server.connections()).toBe(1);
  });

  it('a connection is not used again after an answer that was cut off', async () => {
    const server = await startRaw((socket, connection) => {
      if (connection === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf');
      else well(socket);
    });
    const wire = createWire();
    await expect(wire({ ...request, url: server.url, timeout: 60 })).rejects.toThrow();
    expect((await wire({ ...request, url: server.url })).status).toBe(200);
    expect(server.connections()).toBe(2);
  });
});

describe('an answer', () => {
  const plain = Buffer.from('{"packed":true}');

  it.each([
    ['gzip', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['br', brotliCompressSync(plain)],
  ])('an answer in %s is unpacked', async (encoding, packed) => {
    const server = await startPlain(text(packed, 200, { 'content-encoding': encoding }));
    const { body } = await createWire()({ ...request, url: server.url });
    expect(Buffer.from(body ?? [])).toEqual(plain);
  });

  it('an answer that unpacks to more than the limit is not read', async () => {
    const server = await startPlain(text(gzipSync(Buffer.alloc(2_000_000)), 200, { 'content-encoding': 'gzip' }));
    expect((await createWire()({ ...request, url: server.url })).body).toBeUndefined();
  });

  it('an answer with an unknown encoding fails', async () => {
    const server = await startPlain(text('no gzip', 200, { 'content-encoding': 'gzip' }));
    await expect(createWire()({ ...request, url: server.url })).rejects.toMatchObject({ code: 'Z_DATA_ERROR' });
  });

  it('an answer gives its headers by name', async () => {
    const server = await startPlain(json({}, 200, { 'x-one': '1' }));
    const { headers } = await createWire()({ ...request, url: server.url });
    expect([headers.get('x-one'), headers.get('x-two')]).toEqual(['1', null]);
  });
});
