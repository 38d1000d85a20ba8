import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectTo } from '../../../src/app/daemon/signer-service.js';
import { type Step, signerPlaceFault } from '../../../src/app/keeper/socket-place.js';

let directory: string;
let server: Server;
beforeEach(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'custos-front-')));
  server = createServer((stream) => stream.destroy());
  await new Promise<void>((resolve) => server.listen(path(), resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

const path = () => join(directory, 'signer.sock');
const connected = async (at = path()) => (await connectTo(at)).destroy();

test('a front connects to a socket in a directory that only its owner can write to', async () => {
  chmodSync(directory, 0o750);
  await connected();
});

test.each([
  ['others may write to its directory', 0o777],
  ['its group may write to its directory', 0o770],
  ['others may only add files to its directory', 0o1777],
])('a front connects to no socket when %s', async (_what, mode) => {
  chmodSync(directory, mode);
  await expect(connected()).rejects.toMatchObject({ code: 'SOCKET_UNSAFE' });
});

test('a front connects to no socket through a directory of a link that others may write to', async () => {
  const link = join(mkdtempSync(join(tmpdir(), 'custos-link-')), 'link');
  symlinkSync(directory, link);
  chmodSync(directory, 0o777);
  await expect(connected(join(link, 'signer.sock'))).rejects.toMatchObject({ code: 'SOCKET_UNSAFE' });
  rmSync(join(link, '..'), { recursive: true });
});

test.each([
  ['a link to a socket', () => symlinkSync(path(), join(directory, 'other'))],
  ['a file', () => writeFileSync(join(directory, 'other'), '')],
  ['a directory', () => mkdirSync(join(directory, 'other'))],
])('a front takes %s for no socket', async (_what, make) => {
  make();
  await expect(connected(join(directory, 'other'))).rejects.toMatchObject({ code: 'SOCKET_UNSAFE' });
});

test.each([
  ['a directory that is not there', () => join(directory, 'none', 'signer.sock')],
  ['a socket that is not there', () => join(directory, 'none')],
  ['a path that is too long for a socket', () => join(directory, 'x'.repeat(120))],
])('a front says of %s that the signer does not answer', async (_what, at) => {
  await expect(connected(at())).rejects.toMatchObject({ code: 'SIGNER_UNREACHABLE' });
});

const [own, signer, stranger] = [1000, 900, 666];
const step = (uid: number, mode = 0o755): Step => ({ at: `/of-${uid}`, uid, mode });
const root = step(0);

test.each<[string, readonly Step[], string | undefined]>([
  ['a directory that root gave to the signer', [step(signer, 0o750), root, root], undefined],
  ['a directory that root keeps', [root, root], undefined],
  ['a directory of its own in one where others may add names', [step(own, 0o700), step(0, 0o1777), root], undefined],
  ['a directory of a stranger in one where others may add names', [step(stranger), step(0, 0o1777), root], '/of-0'],
  ['a directory below one of a stranger', [step(own), step(stranger), root], '/of-666'],
  ['a directory of the signer below one of a stranger', [step(signer), step(stranger), root], '/of-666'],
  ['a directory of the signer below another of the signer', [step(signer), step(signer), root], '/of-900'],
  ['a directory of the signer that its group may write to', [step(signer, 0o770), root], '/of-900'],
  ['a directory below one that others may write to', [step(own), step(0, 0o777), root], '/of-0'],
])('for a front, %s is judged by who could have put a socket there', (_what, steps, named) => {
  const fault = signerPlaceFault(steps, own);
  if (named === undefined) expect(fault).toBeUndefined();
  else expect(fault).toContain(named);
});
