import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ClefSocket, openClefSocket } from '../../../src/app/serve/rpc/clef-socket.js';
import { CustosError } from '../../../src/core/errors.js';
import { freshApi } from '../support.js';

const test = freshApi();
let folder: string;
let tokenFile: string;
let path: string;
let socket: ClefSocket | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'custos-clef-'));
  [tokenFile, path] = [join(folder, 'token'), join(folder, 'clef.ipc')];
  writeFileSync(tokenFile, `${await test.token({ scopes: ['wallets:read'] })}\n`, { mode: 0o600 });
});
afterEach(async () => {
  await socket?.close();
  socket = undefined;
  rmSync(folder, { recursive: true });
});

const open = async () => {
  socket = await openClefSocket({ path, tokenFile }, test.door());
};

/** Sends text, and resolves to the lines that come until so many are there or the connection ends. */
function say(text: string, lines = 1): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return new Promise((resolve) => {
    const stream = connect(path, () => stream.write(text));
    let answer = '';
    const read = () =>
      answer
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    stream.on('data', (part) => {
      answer += String(part);
      if (answer.split('\n').length > lines) stream.end();
    });
    stream.on('close', () => resolve(read()));
    // Whoever sends too much may find the connection closed before the answer is read.
    stream.on('error', () => resolve(read()));
  });
}

const call = (method: string, id: unknown = 1) => JSON.stringify({ jsonrpc: '2.0', id, method, params: [] });

it('only the user of the server may connect, with the rights of the token in the file', async () => {
  const { address } = await test.wallet();
  await open();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await say(call('account_list'))).toEqual([{ jsonrpc: '2.0', id: 1, result: [address] }]);
  const [denied] = await say(
    JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'account_signData', params: ['text/plain', address, '0x00'] }),
  );
  expect(denied).toMatchObject({ id: 2, error: { code: 4100, data: { code: 'SCOPE_MISSING' } } });
});

it('calls without anything between them are answered each, and a batch as one', async () => {
  await open();
  const both = await say(`${call('account_version', 'a')}${call('health_status', 'b')}`, 2);
  expect(new Set(both.map(({ id }) => id))).toEqual(new Set(['a', 'b']));
  expect(await say(`[${call('account_version', 1)},${call('health_status', 2)}]`)).toMatchObject([
    [{ id: 1 }, { id: 2 }],
  ]);
});

it.each(['hello', '}', '{"jsonrpc":"2.0","id":1,"id":2}', '{]'])(
  'what is no call is refused, and the socket goes on for others: %j',
  async (text) => {
    await open();
    const [refused] = await say(text);
    expect(refused).toMatchObject({ id: null, error: { code: expect.any(Number) } });
    expect(await say(call('account_version'))).toMatchObject([{ result: '6.1.0' }]);
  },
);

it('a message without an end is cut off, and the socket goes on for others', async () => {
  await open();
  for (const answer of await say(`["${'x'.repeat(2_000_000)}`))
    expect(answer).toMatchObject({ error: { code: -32600 } });
  expect(await say(call('account_version'))).toMatchObject([{ result: '6.1.0' }]);
});

it('a revoked token opens nothing any more', async () => {
  writeFileSync(tokenFile, 'custos_0123456789abcdef_nothing');
  await open();
  expect(await say(call('account_version'))).toMatchObject([
    { error: { code: 4100, data: { code: 'TOKEN_INVALID' } } },
  ]);
});

it('a file of the token that others may read is refused', async () => {
  writeFileSync(tokenFile, 'x');
  rmSync(tokenFile);
  writeFileSync(tokenFile, 'x', { mode: 0o644 });
  const thrown = await open().catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(CustosError);
  expect(thrown).toMatchObject({ code: 'CONFIG_INVALID' });
});
