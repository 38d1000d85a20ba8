import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passwordFromCommand } from '../../src/passphrase/command.js';
import { commandWords } from '../../src/passphrase/command-words.js';
import { everythingOf, failure } from '../support/http.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'custos-command-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (words: readonly [string, ...string[]], timeout?: number) =>
  passwordFromCommand({ words, home: folder, ...(timeout !== undefined && { timeout }) });
const node = (script: string) => run([process.execPath, '-e', script]);

describe('a command that prints the password', () => {
  it('gives the password with or without a line break at its end', async () => {
    for (const printed of ['päss word', 'päss word\n', 'päss word\r\n']) {
      expect((await run(['printf', '%s', printed])).exposeText()).toBe('päss word');
    }
  });

  it('runs in / with PATH and HOME as its whole environment, and reads nothing', async () => {
    process.env['CUSTOS_PASSWORD'] = 'planted in the environment';
    try {
      const shown = await node(
        'let read = ""; process.stdin.on("data", (part) => { read += part; });' +
          'process.stdin.on("end", () => console.log(JSON.stringify([process.cwd(), process.env, read])))',
      );
      const [cwd, environment, read] = JSON.parse(shown.exposeText());
      expect([cwd, read]).toEqual(['/', '']);
      expect(Object.keys(environment).sort()).toEqual(['HOME', 'PATH']);
      expect(environment).toMatchObject({ HOME: folder, PATH: expect.not.stringContaining('node_modules') });
    } finally {
      delete process.env['CUSTOS_PASSWORD'];
    }
  });

  it('no shell reads its arguments', async () => {
    expect((await run(['printf', '%s', '$(id) $HOME; id | id'])).exposeText()).toBe('$(id) $HOME; id | id');
  });

  it.each([
    ['prints nothing', 'process.exitCode = 0', 'gave no password: its output is empty'],
    ['prints two lines', 'console.log("planted-1\\nplanted-2")', 'gave no password: its output has more than one line'],
    ['fails', 'console.log("planted-1"); console.error("planted-2"); process.exitCode = 3', 'ended with 3'],
    ['is killed', 'console.log("planted-1"); process.kill(process.pid, "SIGKILL")', 'ended with SIGKILL'],
    [
      'prints without end',
      'setInterval(() => process.stdout.write("planted-1".repeat(9999)))',
      'printed more than 64 KiB',
    ],
    [
      'prints no text',
      'process.stdout.write(Buffer.from([0xff, 0x41]))',
      'gave no password: its output is not UTF-8 text',
    ],
  ])('a password command that %s is refused, and nothing that it printed is shown', async (_name, script, why) => {
    const error = await failure(node(script));
    expect(error).toMatchObject({ code: 'PASSWORD_SOURCE', message: `the password command ${why}` });
    expect(everythingOf(error)).not.toContain('planted');
  });

  it('a program that is not there is refused', async () => {
    const error = await failure(run(['no-such-program-of-custos']));
    expect(error).toMatchObject({ code: 'PASSWORD_SOURCE', message: 'the password command cannot be started' });
  });

  it('a command that does not end is killed, and what it started with it', async () => {
    const note = join(folder, 'child');
    const script = `
      const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
      require("node:fs").writeFileSync(${JSON.stringify(note)}, String(child.pid));
      setInterval(() => {}, 1000)`;
    const error = await failure(run([process.execPath, '-e', script], 1500));
    expect(error).toMatchObject({ message: 'the password command did not end within 1.5 seconds' });
    const child = Number(readFileSync(note, 'utf8'));
    // A killed process may stay for a moment as one that nobody has waited for yet.
    await expect.poll(() => stateOf(child)).toMatch(/^(gone|Z)$/);
  });
});

/** The letter of a process's state, as the system has it. */
function stateOf(pid: number): string {
  try {
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? 'gone';
  } catch {
    return 'gone';
  }
}

describe('the words of a password command', () => {
  it.each([
    ['pass show custos/store', ['pass', 'show', 'custos/store']],
    [
      '  /usr/bin/op   read "op://vault/custos store/password" ',
      ['/usr/bin/op', 'read', 'op://vault/custos store/password'],
    ],
    [`p --field='a b'"c d"e ''`, ['p', '--field=a bc de', '']],
    [`p 'it"s' "it's" $HOME \\n *`, ['p', 'it"s', "it's", '$HOME', '\\n', '*']],
  ])('%s', (text, words) => {
    expect(commandWords(text)).toEqual(words);
  });

  it.each([
    [`p 'x`, 'has a quotation mark that is not closed'],
    ['   ', 'names no program'],
    [`'' x`, 'names no program'],
    ['./p', 'needs the absolute path of its program'],
    ['bin/p', 'needs the absolute path of its program'],
    ['p\0', 'has a zero byte'],
  ])('%j is refused', (text, why) => {
    expect(() => commandWords(text)).toThrow(`the password command ${why}`);
  });

  it('every list of words comes back from its quoted form, and every other text gives words or an error', () => {
    const word = fc.string().filter((text) => !/['\0]/.test(text));
    const all = fc.array(word).map((words) => ['p', ...words]);
    fc.assert(
      fc.property(all, (words) => {
        expect(commandWords(words.map((one) => `'${one}'`).join(' '))).toEqual(words);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(`'`, '"', ' ', 'a', '/', '\n') }), (text) => {
        try {
          expect(commandWords(text).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
        }
      }),
    );
  });
});
