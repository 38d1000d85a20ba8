import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { custos, makeHome, program, removeHome } from '../support/custos.js';
import { oldWallets, writeOld } from '../support/old-kms.js';
import { type Broadcast, startStubCloud } from '../support/stub-cloud.js';
import { loadVectors, type TransactionVector } from '../support/vectors.js';

const STRANGER = 23_456;
const password = 'password of the mounts';
const mount = 'it is a directory; a mount of a file that did not exist makes one';
let home: string;
beforeAll(() => {
  home = makeHome();
});
afterAll(() => removeHome(home));

/** Why no process can be started as another user here, or undefined. */
function noStranger(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can start a process as another user';
  try {
    const look = `require('node:fs').accessSync(${JSON.stringify(program)})`;
    execFileSync(process.execPath, ['-e', look], { uid: STRANGER, gid: STRANGER, stdio: 'pipe', cwd: '/' });
    return undefined;
  } catch {
    return 'another user cannot reach this work tree';
  }
}

const why = noStranger();
if (why !== undefined) console.warn(`mounts of another user are not tested: ${why}`);

/** What the command says as another user, with an environment of nothing else. */
function asStranger(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const options = { uid: STRANGER, gid: STRANGER, env: { PATH: process.env['PATH'], ...env }, cwd: '/' };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], options, (_error, _output, said) => resolve(said));
  });
}

describe('mounts into a container', () => {
  it.each([
    ['a password file', ['init', '--password-file'], `the password file PATH cannot be read (${mount})`],
    ['a settings file', ['wallet', 'list', '--envFile'], `PATH cannot be read (${mount})`],
    ['a four-eye secret', ['daemon', '--testnet', '--external-url=http://127.0.0.1:1', '--four-eye-secret'], mount],
    ['an old wallet file', ['migrate'], `PATH cannot be read (${mount}) (IMPORT_INVALID)`],
    ['a backup', ['restore', '--store', '/nowhere/store.db'], `PATH cannot be read (${mount}) (BACKUP_INVALID)`],
    [
      'a store',
      ['wallet', 'list', '--store'],
      'PATH: the path is a directory; a mount of a file that did not exist makes one',
    ],
  ])('a directory in the place of %s is named with what made it', async (_name, args, message) => {
    const path = join(home, 'mounted');
    mkdirSync(path, { recursive: true });
    const env = { CUSTOS_API_KEY: 'key', ...(args.includes('--password-file') ? {} : { CUSTOS_PASSWORD: password }) };
    const { code, stderr } = await custos([...args, path], { home, env });
    expect(code).not.toBe(0);
    expect(stderr).toContain(message.replace('PATH', path));
  });

  it('a user of Tatum KMS keeps volume and settings: the error says how to migrate, that migrates, and the daemon goes on', async () => {
    const volume = makeHome();
    const stub = await startStubCloud();
    try {
      const [vector] = loadVectors('ETH').transactions as readonly (TransactionVector & {
        readonly broadcast: Broadcast;
      })[];
      if (vector === undefined) throw new Error('there is no vector');
      stub.replay(vector);
      stub.queue('ETH').push(vector.pending);
      mkdirSync(join(volume, '.tatumrc'));
      const own = Object.entries(vector.wallets).map(([id, wallet]) => [
        id,
        { ...wallet, chain: 'ETH', testnet: true },
      ]);
      const wallets = { ...oldWallets('ETH'), ...Object.fromEntries(own) };
      const file = writeOld(join(volume, '.tatumrc', 'wallet.dat'), wallets, 'password of the peer');
      // The environment of the peer's image, with the store where a home of its own has it.
      const env = {
        ...{ TATUM_KMS_PASSWORD: 'password of the peer', TATUM_API_KEY: 'test-api-key', TATUM_API_URL: stub.url },
        CUSTOS_STORE: join(volume, '.custos', 'store.db'),
      };
      const run = (...args: string[]) => custos(args, { home: volume, env });
      const daemon = ['daemon', '--testnet', '--runOnce'];
      const refused = await run(...daemon);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain(
        `(STORE_MISSING)\ncustos: hint: Tatum KMS left its wallets in ${file}: \`custos migrate`,
      );
      const [, advised = ''] = /`custos (migrate [^`]+)`/.exec(refused.stderr) ?? [];
      const moved = await run(...advised.split(' '), '--weak-password');
      expect([moved.code, moved.stderr]).toEqual([0, expect.any(String)]);
      const listed = await run('wallet', 'list', '--json');
      for (const id of Object.keys(wallets)) expect(listed.stdout).toContain(id);
      const goneOn = await run(...daemon);
      expect([goneOn.code, stub.unanswered]).toEqual([0, []]);
      const { path, body } = vector.broadcast;
      expect(stub.broadcasts).toEqual([{ path, body }]);
    } finally {
      await stub.close();
      removeHome(volume);
    }
  });
});

describe.skipIf(why !== undefined)('mounts into a container that another user owns', () => {
  const folder = mkdtempSync(join(tmpdir(), 'custos-foreign-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('a directory of another user is named with both users when a store is to be made in it', async () => {
    chmodSync(folder, 0o755);
    const said = await asStranger(['init'], { HOME: folder, CUSTOS_PASSWORD: password });
    expect(said).toContain(
      `access was denied; ${folder} belongs to user 0, and this is user ${STRANGER} (STORE_READ_ONLY)`,
    );
  });

  it('a secret of another user is named with the user that may not read it', async () => {
    const file = join(folder, 'password');
    writeFileSync(file, password, { mode: 0o600 });
    const said = await asStranger(['init', '--password-file', file], { HOME: folder });
    expect(said).toContain(`the password file ${file} cannot be read (this user may not read it: user ${STRANGER})`);
  });

  it('a user without a name and without HOME is asked for HOME or a store', async () => {
    const said = await asStranger(['wallet', 'list'], { CUSTOS_PASSWORD: password });
    expect(said).toContain('no home directory is known; set HOME, or name the store with --store (CONFIG_INVALID)');
  });
});
