import { once as occurs } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sourceVariables } from '../../dist/app/config/settings.js';
import { fileWith, makeSources, password } from '../passphrase/sources.js';
import { makeCertificate, whyNoOpenssl } from '../support/certificates.js';
import { type Ended, type Running, start } from '../support/custos.js';
import { json, type Server, startServer } from '../support/http.js';
import { type Kms, startKms } from '../support/kms.js';
import { childrenOf } from '../support/processes.js';

let kms: Kms;
let server: Server;
let folder: string;
const running: Running[] = [];
const noOpenssl = whyNoOpenssl();

beforeAll(async () => {
  kms = await startKms({ CUSTOS_PASSWORD: password });
  server = await startServer(json({}));
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'custos-doors-')));
}, 120_000);
afterEach(async () => {
  for (const one of running.splice(0)) await one.kill('SIGKILL');
});
afterAll(async () => {
  await server.close();
  await kms.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A source as a user names it. */
interface Named {
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What is written nowhere. */
  readonly hidden: readonly string[];
}

const services = makeSources(() => server.url);
const fromService =
  ({ kind, settings, hidden, good }: (typeof services)[number]) =>
  (): Named => {
    server.reply = good;
    return { flags: [`--${kind}`], env: settings(), hidden };
  };
const heldIn = (flag: string) => (): Named => {
  const file = fileWith('held', `${password}\n`);
  const value = { 'password-file': file, 'password-command': `cat '${file}'`, 'password-credential': 'held' }[flag];
  return { flags: [`--${flag}`, value ?? ''], env: { CREDENTIALS_DIRECTORY: dirname(file) }, hidden: [password] };
};

const onThisMachine = ['password-file', 'password-command', 'password-credential'];
const ways: readonly (readonly [string, () => Named])[] = [
  ...services.map((one) => [`${one.kind} by ${one.by}`, fromService(one)] as const),
  ...onThisMachine.map((flag) => [flag, heldIn(flag)] as const),
];
/** One of each kind, for the doors that take longer. */
const kinds = ways.filter(
  ([name], at) => ways.findIndex(([other]) => other.split(' ')[0] === name.split(' ')[0]) === at,
);

/** The environment beside the password. */
function around({ env }: Named): Readonly<Record<string, string>> {
  const { CUSTOS_PASSWORD: _itself, ...rest } = kms.env;
  return { ...rest, ...env };
}

function begin(args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const started = start(args, { home: kms.home, env });
  running.push(started);
  return started;
}

/** No child below a process has what leads to the password, in its arguments or environment. */
function lookAtChildren(pid: number, { hidden }: Named): number {
  let seen = 0;
  for (const child of childrenOf(pid)) {
    const [environment, command] = ['environ', 'cmdline'].map((name) => readFileSync(`/proc/${child}/${name}`, 'utf8'));
    for (const secret of [...hidden, ...sourceVariables.map((name) => `\0${name}=`)]) {
      expect(`\0${environment}${command}`).not.toContain(secret);
    }
    seen += 1 + lookAtChildren(child, { hidden, flags: [], env: {} });
  }
  return seen;
}

function expectOpened({ code, stdout, stderr }: Ended, { hidden }: Named): void {
  expect(stderr).not.toMatch(/PASSWORD/);
  expect(code).toBe(0);
  for (const secret of hidden) expect(stdout + stderr).not.toContain(secret);
}

const once = ['daemon', '--run-once', '--testnet', '--chain=ETH', '--signers=1'];
const served = ['serve', '--testnet', '--chain=ETH', '--listen=127.0.0.1:0', '--signers=1'];

describe('every source of the password', () => {
  it.each(ways)('%s opens the store of a one-shot command', async (_name, name) => {
    const named = name();
    expectOpened(await begin(['verify', ...named.flags], around(named)).ended, named);
  });

  it.each(kinds)('%s opens the store of a daemon', async (_name, name) => {
    const named = name();
    expectOpened(await begin([...once, ...named.flags], around(named)).ended, named);
  });

  it.each(kinds)('%s opens the store of a server, and no child is led to it', async (_name, name) => {
    const named = name();
    const serving = begin([...served, ...named.flags], around(named));
    await serving.line(/"url": ?"http/);
    // On another system than Linux nobody shows them.
    if (existsSync('/proc/self/environ')) expect(lookAtChildren(serving.pid, named)).toBeGreaterThanOrEqual(2);
    expectOpened(await serving.kill('SIGTERM'), named);
  });

  it.each(kinds)('%s opens the store of a signer, whose daemon has no password', async (_name, name) => {
    const named = name();
    const socket = join(folder, 'signer.sock');
    const state = join(folder, 'signer.state');
    const args = ['signer', '--testnet', '--signers=1', `--socket=${socket}`, `--state-file=${state}`];
    const signer = begin([...args, ...named.flags], around(named));
    await signer.line(/"event":"signer-service-started"/);
    const daemon = ['daemon', '--run-once', '--testnet', '--chain=ETH', `--signer=${socket}`];
    expectOpened(await begin(daemon, around({ ...named, env: {} })).ended, named);
    if (existsSync('/proc/self/environ')) expect(lookAtChildren(signer.pid, named)).toBeGreaterThanOrEqual(1);
    expectOpened(await signer.kill('SIGTERM'), named);
  });

  it.skipIf(noOpenssl)(
    'a service whose certificate nobody vouches for is not asked, and one of your own authority is',
    async () => {
      const certificate = makeCertificate(folder, 'vault');
      const asked: string[] = [];
      const listener = createServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
        asked.push(String(request.headers['x-vault-token']));
        response.end(JSON.stringify({ data: { data: { password } } }));
      });
      listener.listen(0, '127.0.0.1');
      await occurs(listener, 'listening');
      const { port } = listener.address() as AddressInfo;
      const env = {
        VAULT_ADDR: `https://127.0.0.1:${port}`,
        VAULT_TOKEN: 'hvs.given',
        CUSTOS_VAULT_SECRET: 'custos/store',
      };
      const named = { flags: ['--vault'], env, hidden: ['hvs.given', password] };
      const refused = await begin(['verify', '--vault'], around(named)).ended;
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('Vault cannot be reached (PASSWORD_SOURCE)'),
      });
      expect(asked).toEqual([]);
      const trusting = { ...around(named), NODE_EXTRA_CA_CERTS: certificate.certificateFile };
      expectOpened(await begin(['verify', '--vault'], trusting).ended, named);
      expect(asked).toEqual(['hvs.given']);
      listener.close();
      listener.closeAllConnections();
    },
  );

  it('a source with another password opens no door', async () => {
    const wrong = ['--password-command', `printf 'another password'`];
    for (const args of [['verify'], once, served]) {
      const ended = await begin([...args, ...wrong], around({ flags: [], env: {}, hidden: [] })).ended;
      expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('PASSWORD_WRONG') });
    }
  });
});
