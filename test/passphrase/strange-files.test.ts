import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPassword } from '../../src/passphrase/index.js';
import { everythingOf, failure } from '../support/http.js';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'custos-strange-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function file(content: string | Uint8Array): string {
  const path = join(directory, 'password');
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

const read = async (path: string) => (await readPassword({ kind: 'file', path })).exposeText();

it('any line written to a password file is read back unchanged', async () => {
  const line = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }).filter((text) => !/[\r\n]/.test(text));
  await fc.assert(
    fc.asyncProperty(line, fc.constantFrom('', '\n', '\r\n', '\nnote\n'), async (text, rest) => {
      expect(await read(file(`${text}${rest}`))).toBe(text);
    }),
    { numRuns: 50 },
  );
});

it('a password file that is not text is refused and never shown', async () => {
  const path = file(Buffer.concat([Buffer.from('planted secret'), Buffer.of(0xff, 0x0a)]));
  const error = await failure(read(path));
  expect(error).toMatchObject({ code: 'PASSWORD_SOURCE', message: `the password file ${path} is not UTF-8 text` });
  expect(everythingOf(error)).not.toContain('planted');
});

it('a password file may be a pipe', async () => {
  const path = join(directory, 'pipe');
  execFileSync('mkfifo', ['-m', '600', path]);
  const writer = spawn('sh', ['-c', `printf 'secret\\nnote\\n' > '${path}'`]);
  const ended = once(writer, 'exit');
  expect(await read(path)).toBe('secret');
  await ended;
});

it('reading an endless password file does not block', async () => {
  for (const path of ['/dev/zero', file('x'.repeat(70_000))]) {
    await expect(read(path)).rejects.toMatchObject({
      code: 'PASSWORD_SOURCE',
      message: `the password file ${path} cannot be read (it has more than 64 KiB)`,
    });
  }
});
