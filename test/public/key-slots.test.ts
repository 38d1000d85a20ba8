import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sourceVariables } from '../../dist/app/config/settings.js';
import { keyServices, makeKeyServices } from '../passphrase/key-services.js';
import { whyNoOpenssl } from '../support/certificates.js';
import { type Ended, type Running, start } from '../support/custos.js';
import { type Server, startServer } from '../support/http.js';
import { keyPrograms } from '../support/key-programs.js';
import { type Kms, startKms } from '../support/kms.js';
import { childrenOf } from '../support/processes.js';
import { type SoftHsm, startSoftHsm, TOKEN_PIN, whyNoSoftHsm } from '../support/soft-hsm.js';
import { findTpm, type Tpm, whyNoHostKey } from '../support/systemd-creds.js';

let kms: Kms;
let server: Server;
let folder: string;
let token: SoftHsm | undefined;
let tpm: Tpm | undefined;
const tpms = findTpm();
const running: Running[] = [];

beforeAll(async () => {
  kms = await startKms();
  const services = makeKeyServices(() => server.url);
  server = await startServer(services.reply);
  folder = mkdtempSync(join(tmpdir(), 'custos-slot-doors-'));
  if (whyNoSoftHsm() === undefined) token = startSoftHsm('custos-slots');
  if ('start' in tpms) tpm = tpms.start();
}, 120_000);
afterEach(async () => {
  for (const one of running.splice(0)) await one.kill('SIGKILL');
});
afterAll(async () => {
  await server.close();
  await kms.close();
  token?.remove();
  tpm?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A slot as a user names it. */
interface Way {
  readonly name: string;
  readonly why?: string;
  /** Of `key-slot add`. */
  add(): readonly string[];
  readonly flags: () => readonly string[];
  readonly env: () => Record<string, string>;
}

const pkcs11 = { address: '' };
const missing = (why: string | undefined) => (why === undefined ? {} : { why });
const ways: readonly Way[] = [
  {
    name: 'a program',
    ...missing(whyNoOpenssl()),
    add: () => {
      const { wrap, unwrap } = keyPrograms(folder);
      return ['command', '--wrap-command', wrap, '--unwrap-command', unwrap];
    },
    flags: () => ['--key-command', keyPrograms(folder).unwrap],
    env: () => ({}),
  },
  {
    name: 'the host key of systemd',
    ...missing(whyNoHostKey()),
    add: () => ['systemd-creds:host'],
    flags: () => ['--key-slot', 'systemd-creds:host'],
    env: () => ({}),
  },
  {
    name: 'a TPM',
    ...missing('why' in tpms ? tpms.why : undefined),
    add: () => ['systemd-creds:tpm2'],
    flags: () => ['--key-slot', 'systemd-creds:tpm2'],
    env: () => ({ ...tpm?.environment }),
  },
  {
    name: 'a token of SoftHSM',
    ...missing(whyNoSoftHsm()),
    add: () => {
      pkcs11.address = token?.make('AES:32', 'slots') ?? '';
      return [pkcs11.address];
    },
    flags: () => ['--key-slot', pkcs11.address],
    env: () => ({ CUSTOS_HSM_PIN: TOKEN_PIN, ...token?.environment }),
  },
  ...keyServices.map((service) => ({
    name: service.name,
    add: () => [service.reference(server.url)],
    flags: () => ['--key-slot', service.reference(server.url)],
    env: () => service.settings(server.url),
  })),
];
const here = ways.filter(({ why }) => why === undefined);

function around(env: Record<string, string>): Readonly<Record<string, string>> {
  const { CUSTOS_PASSWORD: _itself, ...rest } = kms.env;
  return { ...rest, ...env };
}

function begin(args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const started = start(args, { home: kms.home, env });
  running.push(started);
  return started;
}

function expectDone({ code, stderr }: Ended): void {
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
}

/** No front has what leads to the key, in its arguments or environment. */
function lookAtFront(pid: number, hidden: readonly string[]): void {
  const front = childrenOf(pid).filter((child) =>
    readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('main-front'),
  );
  expect(front).toHaveLength(1);
  for (const child of front) {
    const text = ['environ', 'cmdline'].map((name) => readFileSync(`/proc/${child}/${name}`, 'utf8')).join('\0');
    for (const one of [...hidden, ...sourceVariables.map((name) => `\0${name}=`)])
      expect(`\0${text}`).not.toContain(one);
  }
}

const once = ['daemon', '--run-once', '--testnet', '--chain=ETH', '--signers=1'];

describe('a store starts without a password', () => {
  it.each(here)('by $name, added with the password', async ({ add, flags, env }) => {
    expectDone(await begin(['key-slot', 'add', ...add()], { ...kms.env, ...env() }).ended);
    expectDone(await begin(['verify', ...flags()], around(env())).ended);
  });

  it('by a server and a signer service, whose fronts are not led to the key', async () => {
    const [way] = here;
    if (way === undefined) throw new Error('no way is there');
    const [flags, env] = [way.flags(), around(way.env())];
    const serving = begin(['serve', '--testnet', '--chain=ETH', '--listen=127.0.0.1:0', '--signers=1', ...flags], env);
    await serving.line(/"url": ?"http/);
    if (existsSync('/proc/self/environ')) lookAtFront(serving.pid, flags.slice(1));
    expectDone(await serving.kill('SIGTERM'));
    const socket = join(folder, 'signer.sock');
    const signer = [
      'signer',
      '--testnet',
      '--signers=1',
      `--socket=${socket}`,
      `--state-file=${join(folder, 'state')}`,
    ];
    const service = begin([...signer, ...flags], env);
    await service.line(/"event":"signer-service-started"/);
    expectDone(
      await begin(['daemon', '--run-once', '--testnet', '--chain=ETH', `--signer=${socket}`], around({})).ended,
    );
    expectDone(await service.kill('SIGTERM'));
  });

  it('also when no password is left, and a slot of another key does not open it', async () => {
    const listed = await begin(['key-slot', 'list', '--json'], around({})).ended;
    const slots = listed.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; kind: string });
    const password = slots.find(({ kind }) => kind === 'password')?.id ?? '';
    const last = here.at(-1);
    if (last === undefined) throw new Error('no way is there');
    expectDone(await begin(['key-slot', 'remove', password, '--yes', ...last.flags()], around(last.env())).ended);
    expect(await begin(['verify'], kms.env).ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('PASSWORD_WRONG'),
    });
    expectDone(await begin([...once, ...last.flags()], around(last.env())).ended);
    const wrong = await begin([...once, '--key-command', 'head -c 32'], around({})).ended;
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('SLOT_KEY_WRONG') });
  });
});
