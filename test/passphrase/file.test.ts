import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPassword } from '../../src/passphrase/index.js';
import { failure } from '../support/http.js';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'custos-passphrase-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function write(content: string, mode = 0o600): string {
  const path = join(directory, 'password');
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

async function read(path: string) {
  const warnings: string[] = [];
  const secret = await readPassword({ kind: 'file', path }, (text) => warnings.push(text));
  return { password: secret.exposeText(), warnings };
}

it.each([
  ['one line', 'a password', 'a password'],
  ['a line with its end', 'a password\n', 'a password'],
  ['a line with the end of another system', 'a password\r\n', 'a password'],
  ['spaces, which belong to it', '  a password \n', '  a password '],
  ['more lines, which do not', 'a password\nanother\n', 'a password'],
  ['letters of any language', 'пароль ☕\n', 'пароль ☕'],
])('a password file may hold %s', async (_name, content, password) => {
  expect(await read(write(content))).toEqual({ password, warnings: [] });
});

it.each(['', '\n', '\r\n', '\nsecond line'])(
  'a password file with an empty first line is refused: %j',
  async (content) => {
    const path = write(content);
    const message = `the password file ${path} has an empty first line`;
    await expect(read(path)).rejects.toMatchObject({ code: 'PASSWORD_SOURCE', message });
  },
);

it.each([0o640, 0o604, 0o644, 0o620, 0o666])('a password file of mode %o is read with a warning', async (mode) => {
  const path = write('a password', mode);
  const { password, warnings } = await read(path);
  expect(password).toBe('a password');
  expect(warnings).toEqual([expect.stringContaining(`chmod 600 ${path}`)]);
  expect(warnings.join()).not.toContain('a password');
});

it.each([0o600, 0o400, 0o700])('a password file of mode %o is read without a warning', async (mode) => {
  expect((await read(write('a password', mode))).warnings).toEqual([]);
  chmodSync(join(directory, 'password'), 0o600);
});

it('the error names a password file that cannot be read', async () => {
  mkdirSync(join(directory, 'folder'));
  const paths = [
    [join(directory, 'absent'), 'it does not exist'],
    [join(directory, 'folder'), 'it is a directory; a mount of a file that did not exist makes one'],
    [join(directory, 'absent', 'deeper'), 'it does not exist'],
  ] as const;
  for (const [path, why] of paths) {
    const error = await failure(read(path));
    expect(error).toMatchObject({
      code: 'PASSWORD_SOURCE',
      message: `the password file ${path} cannot be read (${why})`,
    });
  }
});
