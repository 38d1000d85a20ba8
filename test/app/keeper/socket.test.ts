import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { listenPrivately, type PrivateSocket } from '../../../src/app/keeper/socket.js';

let directory: string;
let servers: { close(done: () => void): unknown }[];
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'custos-socket-')));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await new Promise<void>((resolve) => server.close(() => resolve()));
  rmSync(directory, { recursive: true, force: true });
});

const path = () => join(directory, 'signer.sock');

async function listening(forGroup = false, at = path()): Promise<PrivateSocket> {
  const socket = await listenPrivately({
    path: at,
    forGroup,
    every: 10,
    onFront: (stream) => stream.end('here', () => stream.destroy()),
  });
  servers.push(socket);
  return socket;
}

/** What whoever listens at the path says to a new connection. */
function heard(): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = connect(path());
    stream.once('error', reject);
    stream.once('data', (bytes) => {
      stream.destroy();
      resolve(bytes.toString());
    });
  });
}

test.each([
  [false, 0o600],
  [true, 0o660],
])('a socket that the group may use: %s, has the mode %o', async (forGroup, mode) => {
  await listening(forGroup);
  expect(statSync(path()).mode & 0o777).toBe(mode);
});

test.each([
  ['others may write to its directory', 0o777],
  ['its group may write to its directory', 0o770],
  ['others may only add files to its directory', 0o1777],
])('a socket is refused when %s', async (_what, mode) => {
  chmodSync(directory, mode);
  await expect(listening()).rejects.toMatchObject({ code: 'SOCKET_UNSAFE' });
  expect(existsSync(path())).toBe(false);
});

test('a socket is refused when others may write to a directory above its own', async () => {
  const inner = join(directory, 'inner');
  mkdirSync(inner, { mode: 0o700 });
  chmodSync(directory, 0o777);
  await expect(listening(false, join(inner, 'signer.sock'))).rejects.toMatchObject({ code: 'SOCKET_UNSAFE' });
  chmodSync(directory, 0o755);
  await listening(false, join(inner, 'signer.sock'));
});

test('a directory is judged where it really is, not by a link to it', async () => {
  const open = join(directory, 'open');
  mkdirSync(open);
  chmodSync(open, 0o777);
  const link = join(directory, 'link');
  symlinkSync(open, link);
  await expect(listening(false, join(link, 'signer.sock'))).rejects.toMatchObject({ code: 'SOCKET_UNSAFE' });
});

test.each([
  ['a file', () => writeFileSync(path(), '')],
  ['a link to another place', () => symlinkSync('/nowhere', path())],
  ['a directory', () => mkdirSync(path())],
])('%s in the place of the socket is refused and left alone', async (_what, make) => {
  make();
  const before = lstatSync(path()).ino;
  await expect(listening()).rejects.toMatchObject({ code: 'SOCKET_UNSAFE' });
  expect(lstatSync(path()).ino).toBe(before);
});

test('a socket that nobody listens on any more is replaced', async () => {
  // A process that is killed leaves its socket behind.
  const code = `require('node:net').createServer().listen(${JSON.stringify(path())}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', code]);
  expect(lstatSync(path()).isSocket()).toBe(true);
  await listening();
  await new Promise((resolve) => connect(path()).once('connect', resolve));
});

test('a socket that another signer listens on is left alone', async () => {
  const other = createServer((stream) => stream.destroy());
  await new Promise<void>((resolve) => other.listen(path(), resolve));
  servers.push(other);
  await expect(listening()).rejects.toMatchObject({ code: 'SIGNER_RUNNING' });
  await new Promise((resolve) => connect(path()).once('connect', resolve));
});

test.each([
  ['a directory that is not there', () => join(directory, 'none', 'signer.sock')],
  ['a path that is too long for a socket', () => join(directory, 'x'.repeat(120))],
])('%s is refused with a code', async (_what, at) => {
  await expect(listening(false, at())).rejects.toMatchObject({ code: 'SOCKET_UNSAFE' });
});

test('a socket that somebody removes is made again, with its mode', async () => {
  await listening(true);
  rmSync(path());
  await vi.waitFor(async () => expect(await heard()).toBe('here'), 5_000);
  expect(statSync(path()).mode & 0o777).toBe(0o660);
  expect(readdirSync(directory)).toEqual(['signer.sock']);
});

test('whoever listens at a removed socket is left alone, and its place is lost for the one before, also when that one ends', async () => {
  const first = await listening();
  rmSync(path());
  const other = createServer((stream) => stream.end('the other'));
  // Within one turn, so that the first one sees nothing between.
  await new Promise<void>((resolve) => other.listen(path(), resolve));
  servers.push(other);
  expect(await first.lost).toMatchObject({ code: 'SIGNER_RUNNING' });
  await new Promise<void>((resolve) => first.close(resolve));
  expect(await heard()).toBe('the other');
});

test('a socket is gone when it was closed', async () => {
  const socket = await listening();
  await new Promise<void>((resolve) => socket.close(resolve));
  expect(readdirSync(directory)).toEqual([]);
});
