import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RpcParts } from '../../../src/api/rpc/parts.js';
import { answerSocket } from '../../../src/api/rpc/socket.js';
import { CustosError } from '../../../src/core/errors.js';
import { silentLog } from '../../../src/core/log.js';

let folder: string;
let server: Server;
let client: Socket;
/** The server's end. */
let there: Socket;
let begun: number;
let release: () => void;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'custos-flow-'));
  begun = 0;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const parts = { log: silentLog } as unknown as RpcParts;
  const session = {
    parts,
    async authenticate(): Promise<never> {
      begun += 1;
      await released;
      throw new CustosError('TOKEN_INVALID', 'x'.repeat(20_000));
    },
    chain: () => {
      throw new Error('this test has no chain');
    },
  };
  server = createServer((socket) => {
    there = socket;
    answerSocket(socket, session);
  });
  const path = join(folder, 'rpc.sock');
  server.listen(path);
  await once(server, 'listening');
  client = connect(path);
  await once(client, 'connect');
});
afterEach(() => {
  client.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

const calls = (count: number) => '{"jsonrpc":"2.0","id":1,"method":"account_version"}'.repeat(count);

async function linesRead(count: number): Promise<number> {
  let lines = 0;
  client.on('data', (part: Buffer) => {
    lines += part.filter((byte) => byte === 10).length;
  });
  client.resume();
  await vi.waitFor(() => expect(lines).toBe(count), 10_000);
  return lines;
}

it('calls that come together are begun a hundred at a time, and all are answered', async () => {
  client.write(calls(300));
  await vi.waitFor(() => expect(begun).toBe(100));
  release();
  expect(await linesRead(300)).toBe(300);
  expect(begun).toBe(300);
});

it('a connection that reads no answers is not read either, and goes on when it reads', async () => {
  release();
  client.pause();
  client.write(calls(1_000));
  await vi.waitFor(() => expect(there.writableNeedDrain && there.isPaused()).toBe(true), 5_000);
  expect(await linesRead(1_000)).toBe(1_000);
});
