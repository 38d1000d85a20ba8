import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { program } from '../support/custos.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'custos-unwritten-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const isThere = process.platform === 'linux';

interface Streams {
  stdout?: number;
  stderr?: number;
  HOME?: string;
  uid?: number;
  variables?: Readonly<Record<string, string>>;
}

function run(args: readonly string[], streams: Streams = {}) {
  const { stdout, stderr, HOME = home, uid, variables } = streams;
  return spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME, CUSTOS_PASSWORD: 'correct horse battery staple', ...variables },
    stdio: ['ignore', stdout ?? 'pipe', stderr ?? 'pipe'],
    ...(uid !== undefined && { uid }),
  });
}

// /dev/full is a device of Linux.
if (!isThere) console.warn('skipped: this system has no /dev/full to write to');
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('skipped: only root can start a process as another user');
describe.skipIf(!isThere)('a result that cannot be written', () => {
  const full = () => openSync('/dev/full', 'w');

  it('an unwritable result of init is reported with what was done, and how to get a visible recovery key', () => {
    const ended = run(['init'], { stdout: full() });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('RESULT_UNWRITTEN');
    expect(ended.stderr).toContain('custos password recovery-key');
    expect(run(['password', 'recovery-key']).stdout).toContain('recoveryKey');
  });

  it.each([
    ['rekey', ['rekey']],
    ['password change --rekey', ['password', 'change', '--rekey']],
    ['password recover --rekey', ['password', 'recover', '--rekey']],
  ])('an unwritable result of %s is reported with how to get a visible recovery key', (_, args) => {
    const { recoveryKey } = JSON.parse(run(['init']).stdout);
    const variables = { CUSTOS_RECOVERY_KEY: recoveryKey, CUSTOS_NEW_PASSWORD: 'correct horse battery staple' };
    const ended = run(args, { stdout: full(), variables });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('RESULT_UNWRITTEN');
    expect(ended.stderr).toContain('`custos password recovery-key` makes another one');
    expect(run(['password', 'recovery-key']).stdout).toContain('recoveryKey');
  });

  it('an unwritable result of wallet create is reported with what was done, and the wallet exists', () => {
    run(['init']);
    const ended = run(['wallet', 'create', 'ETH', '--testnet'], { stdout: full() });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('wallets were made');
    expect(run(['wallet', 'list', '--json']).stdout).toContain('"ETH"');
  });

  it('an unwritable result of a read-only command is also reported', () => {
    run(['init']);
    const ended = run(['wallet', 'list'], { stdout: full() });
    expect([ended.status, ended.stderr.includes('RESULT_UNWRITTEN')]).toEqual([1, true]);
  });

  it.each([['--help'], ['--version'], ['wallet create --help'], ['']])(
    'unwritable help (%s) is reported without a stack',
    (words) => {
      const ended = run(words.split(' ').filter(Boolean), { stdout: full() });
      expect([ended.status, ended.stderr]).toEqual([1, expect.stringMatching(/^custos: error: .*RESULT_UNWRITTEN/)]);
      expect(ended.stderr).not.toMatch(/\n\s+at /);
    },
  );

  it('help that has lost its reader has done its work', () => {
    const sh = spawnSync('bash', ['-c', '"$0" "$1" --help | true; echo $PIPESTATUS', process.execPath, program], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: home },
    });
    expect([sh.stdout, sh.stderr]).toEqual(['0\n', '']);
  });

  it('a command succeeds when only notes and log cannot be written', () => {
    const ended = run(['init'], { stderr: full() });
    expect([ended.status, ended.stdout.includes('recoveryKey')]).toEqual([0, true]);
  });
});

describe('a process without a home', () => {
  it('a process with an empty HOME works where the store is named', () => {
    const store = join(home, 'named', 'store.db');
    expect(run(['init', '--store', store], { HOME: '' }).status).toBe(0);
    const made = run(['wallet', 'create', 'ETH', '--store', store], { HOME: '' });
    expect([made.status, made.stderr]).toEqual([0, '']);
  });

  // Only root can take the number of another user.
  it.skipIf(!isRoot)('a process without a home and a store name is asked to name the store', () => {
    const ended = run(['wallet', 'list'], { HOME: '', uid: 54_321 });
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain('--store');
    expect(ended.stderr).not.toContain('INTERNAL');
  });
});
