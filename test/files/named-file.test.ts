import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitLines } from '../../src/files/lines.js';
import { openFile, readNamedFile, readNamedFileNow, readParts } from '../../src/files/named-file.js';

const PATIENCE = 200;
const server = createServer();
let home = '';

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'custos-named-'));
  mkdirSync(join(home, 'directory'));
  writeFileSync(join(home, 'large'), '');
  truncateSync(join(home, 'large'), 5 * 1024 ** 3);
  execFileSync('mkfifo', [join(home, 'pipe')]);
  await new Promise<void>((resolve) => server.listen(join(home, 'socket'), resolve));
});
afterAll(() => {
  server.close();
  rmSync(home, { recursive: true, force: true });
});

interface Bounds {
  readonly most: number;
  readonly patience?: number;
}

const readers: readonly (readonly [string, (path: string, bounds: Bounds) => Promise<string>])[] = [
  ['later', async (path, bounds) => (await readNamedFile(path, bounds)).bytes.toString()],
  ['now', async (path, bounds) => readNamedFileNow(path, bounds).bytes.toString()],
];

async function partsOf(path: string): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of readParts(path, PATIENCE)) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe.each(readers)('a file that a person named, read %s', (_when, read) => {
  it('a file of exactly the limit is read, and one byte more is too much', async () => {
    const file = join(home, 'ten');
    writeFileSync(file, '0123456789');
    expect(await read(file, { most: 10 })).toBe('0123456789');
    await expect(read(file, { most: 9 })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('a text longer than one part is read whole', async () => {
    const text = 'abcdefg'.repeat(50_000);
    writeFileSync(join(home, 'text'), text);
    expect(await read(join(home, 'text'), { most: 1024 * 1024 })).toBe(text);
    const writer = spawn('sh', ['-c', `cat '${join(home, 'text')}' > '${join(home, 'pipe')}'`]);
    expect(await read(join(home, 'pipe'), { most: 1024 * 1024 })).toBe(text);
    if (writer.exitCode === null) await once(writer, 'exit');
  });

  it.each([
    ['/dev/zero', 'it has more than 1 KiB'],
    ['large', 'it has more than 1 KiB'],
    ['directory', 'it is a directory; a mount of a file that did not exist makes one'],
    ['socket', 'it is a socket, or a device that is not there'],
    ['pipe', 'nothing came out of it for 0.2 seconds'],
    ['none', 'it does not exist'],
  ])('%s is refused with its name and the reason', async (name, why) => {
    const path = name.startsWith('/') ? name : join(home, name);
    await expect(read(path, { most: 1024, patience: PATIENCE })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: `${path} cannot be read (${why})`,
    });
  });

  it('an empty name and an empty device are told apart', async () => {
    await expect(read('', { most: 10 })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    expect(await read('/dev/null', { most: 10 })).toBe('');
  });
});

it('a pipe of a shell that wrote nothing ends at once, and one whose writer waits is waited for', async () => {
  const reading = `import('${new URL('../../dist/files/named-file.js', import.meta.url).href}').then(async (files) => {
    const read = async (path) => (await files.readNamedFile(path, { most: 99, patience: 5000 })).bytes.toString();
    console.log(JSON.stringify([await read(process.argv[1]), await read(process.argv[2])]));
  })`;
  const args = [process.execPath, '-e', reading];
  const command = `exec "$0" "$1" "$2" <(true) <(sleep 0.3; echo late)`;
  expect(execFileSync('bash', ['-c', command, ...args], { timeout: 4_000 }).toString()).toBe('["","late\\n"]\n');
});

describe('a file of any size that a person named', () => {
  it('a file and a pipe are read to their ends', async () => {
    writeFileSync(join(home, 'text'), 'a line\n');
    expect(await partsOf(join(home, 'text'))).toBe('a line\n');
    const writer = spawn('sh', ['-c', `echo a line > '${join(home, 'pipe')}'`]);
    expect(await partsOf(join(home, 'pipe'))).toBe('a line\n');
    if (writer.exitCode === null) await once(writer, 'exit');
  });

  it.each([
    ['/dev/zero', 'it is a device'],
    ['directory', 'it is a directory; a mount of a file that did not exist makes one'],
    ['pipe', 'nothing came out of it for 0.2 seconds'],
    ['none', 'it does not exist'],
  ])('%s is refused in the place of reading it for ever', async (name, why) => {
    const path = name.startsWith('/') ? name : join(home, name);
    await expect(partsOf(path)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: `${path} cannot be read (${why})`,
    });
  });

  it('what is read at several places must be a file', async () => {
    for (const name of ['/dev/zero', join(home, 'directory'), join(home, 'pipe'), join(home, 'socket')])
      await expect(openFile(name)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('a line that is too long is not kept', async () => {
    const parts = async function* () {
      yield Buffer.from('one\ntw');
      yield Buffer.from('o\n12345678');
      yield Buffer.from('9\nlast');
    };
    const found: (string | undefined)[] = [];
    for await (const line of splitLines(parts(), 8)) found.push(line);
    expect(found).toEqual(['one', 'two', undefined, 'last']);
  });
});
