import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../dist/app/config/config.js';
import { createHouse } from '../../dist/app/house.js';
import { custos, makeHome, onTerminal, type Running, removeHome, start } from '../support/custos.js';
import { storeOf } from '../support/home-store.js';
import { type Kms, keys, mnemonic, startKms, transfer } from '../support/kms.js';
import { isInMemory } from '../support/memory.js';
import { type DaemonProcesses, gone, processesOf } from '../support/processes.js';
import { silentTerminal } from '../support/silent-terminal.js';

// The process that has the password has no network, and the one with the network has no password.

let kms: Kms;
const running: Running[] = [];
beforeAll(async () => {
  kms = await startKms();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.kill('SIGKILL')));
});
afterAll(() => kms.close());

interface Serving {
  readonly daemon: Running;
  readonly of: DaemonProcesses;
}

async function serve(...flags: string[]): Promise<Serving> {
  const daemon = kms.serve('--testnet', '--chain=ETH', ...flags);
  running.push(daemon);
  await daemon.line(/"event":"daemon-started"/);
  return { daemon, of: processesOf(daemon.pid) };
}

const pidsOf = ({ front, keeper, signers }: DaemonProcesses) => [front, keeper, ...signers];
const allGone = (of: DaemonProcesses) => Promise.all(pidsOf(of).map(gone));
const password = () => kms.env['CUSTOS_PASSWORD'] ?? '';

async function rootKey(): Promise<Uint8Array> {
  const house = createHouse(readConfig({}, { ...kms.env, ...storeOf(kms.home) }, kms.home), silentTerminal);
  const key = Uint8Array.from(await house.rootKey());
  await house.close();
  return key;
}

describe('the front of a daemon', () => {
  it('has no password, root key or private key in memory, environment or arguments after it signed with all wallets', async () => {
    const { daemon, of } = await serve();
    kms.stub
      .queue('ETH')
      .push(
        transfer('by-key', kms.ids.key),
        transfer('by-mnemonic', kms.ids.hd, { index: 0 }),
        transfer('by-other', kms.ids.other),
      );
    for (const id of ['by-key', 'by-mnemonic', 'by-other']) {
      await daemon.line(new RegExp(`"id":"${id}".*"event":"transaction-completed"`));
    }
    for (const file of ['environ', 'cmdline']) {
      expect(readFileSync(`/proc/${of.front}/${file}`, 'utf8')).not.toContain(password());
    }
    expect(readFileSync(`/proc/${daemon.pid}/environ`, 'utf8')).toContain(password());
    const root = await rootKey();
    const secrets: Readonly<Record<string, string | Uint8Array>> = {
      password: password(),
      'root key': root,
      'root key in digits': Buffer.from(root).toString('hex'),
      'private key': Buffer.from(keys.one.privateKey.slice(2), 'hex'),
      'private key in digits': keys.one.privateKey.slice(2),
      'other private key': Buffer.from(keys.other.privateKey.slice(2), 'hex'),
      mnemonic,
    };
    const found = Object.keys(secrets).filter((name) => isInMemory(of.front, secrets[name] ?? ''));
    expect(found).toEqual([]);
    // The search finds them where they are.
    expect(isInMemory(of.keeper, password())).toBe(true);
    expect(isInMemory(of.front, kms.env['CUSTOS_API_KEY'] ?? '')).toBe(true);
    expect(await daemon.kill('SIGTERM')).toMatchObject({ code: 0 });
  });

  it('gets the API key of a settings file, and not the password that stands beside it', async () => {
    const file = join(kms.home, 'settings.env');
    writeFileSync(file, `CUSTOS_PASSWORD=${password()}\nCUSTOS_API_KEY=key of the file\n`, { mode: 0o600 });
    const { CUSTOS_PASSWORD: _password, CUSTOS_API_KEY: _key, ...env } = kms.env;
    const args = ['daemon', '--testnet', '--chain=ETH', '--period=0.05', '--envFile', file];
    const daemon = start(args, { home: kms.home, env });
    running.push(daemon);
    await daemon.line(/"event":"daemon-started"/);
    const { front } = processesOf(daemon.pid);
    await kms.stub.until(() => kms.stub.requests.some(({ headers }) => headers['x-api-key'] === 'key of the file'));
    expect(isInMemory(front, 'key of the file')).toBe(true);
    expect(isInMemory(front, password())).toBe(false);
    expect(readFileSync(`/proc/${front}/environ`, 'utf8')).not.toContain('key of the file');
  });

  it('neither asks for the password nor reads standard input', async () => {
    const { CUSTOS_PASSWORD: _password, ...env } = kms.env;
    const daemon = onTerminal(['daemon', '--testnet', '--chain=ETH', '--run-once'], { home: kms.home, env });
    await daemon.line(/Password of the wallet store/);
    daemon.type(`${password()}\r`);
    const { code, stdout } = await daemon.ended;
    expect({ code, asked: stdout.match(/Password of/g)?.length }).toEqual({ code: 0, asked: 1 });
    expect(stdout).not.toContain(password());
    expect(stdout).toContain('"event":"daemon-started"');
  });
});

describe('a daemon of several processes', () => {
  it('a wrong password is said once, at once, and nothing is left running', async () => {
    const env = { ...kms.env, CUSTOS_PASSWORD: 'not the one of this store' };
    const ended = await custos(['daemon', '--testnet', '--run-once', '--health-port=0'], { home: kms.home, env });
    expect({ code: ended.code, lines: ended.stderr.trim().split('\n') }).toEqual({
      code: 1,
      lines: [
        'custos: error: the password opens no key slot of this store (PASSWORD_WRONG)',
        expect.stringMatching(/^custos: hint: /),
      ],
    });
  });

  it('a password is asked for only when there is a store to open', async () => {
    const home = makeHome();
    const { CUSTOS_PASSWORD: _password, ...env } = kms.env;
    const ended = await onTerminal(['daemon', '--testnet'], { home, env }).ended;
    expect(ended.stdout).toContain('STORE_MISSING');
    expect(ended.stdout).not.toContain('Password of');
    removeHome(home);
  });

  it('without a password and a terminal, a daemon says so once', async () => {
    const { CUSTOS_PASSWORD: _password, ...env } = kms.env;
    const { code, stderr } = await custos(['daemon', '--testnet'], { home: kms.home, env });
    expect({ code, said: stderr.match(/custos: error: .*/g) }).toEqual({
      code: 2,
      said: [expect.stringContaining('(PASSWORD_MISSING)')],
    });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s to all of its processes at once stops it in order, once',
    async (signal) => {
      const { daemon, of } = await serve();
      for (const pid of pidsOf(of)) process.kill(pid, signal);
      const { code, stderr } = await daemon.kill(signal);
      expect({ code, said: stderr.match(/"event":"daemon-stopping"/g) }).toEqual({
        code: 0,
        said: ['"event":"daemon-stopping"'],
      });
      await allGone(of);
    },
  );

  it('a second signal ends all of it at once', async () => {
    const { daemon, of } = await serve();
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const polls = () => kms.stub.received('/v3/kms/pending/ETH').length;
    const before = polls();
    const end = kms.stub.fail('/v3/kms/pending/ETH', { kind: 'hold', release: released });
    await kms.stub.until(() => polls() > before);
    process.kill(daemon.pid, 'SIGTERM');
    await daemon.line(/"event":"daemon-stopping"/);
    expect(await daemon.kill('SIGTERM')).toMatchObject({ code: null, signal: 'SIGTERM' });
    await allGone(of);
    release();
    end();
  });

  it('a daemon whose first process is killed leaves no process behind', async () => {
    const { daemon, of } = await serve();
    expect(await daemon.kill('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    await allGone(of);
    const { daemon: next } = await serve();
    expect(await next.kill('SIGTERM')).toMatchObject({ code: 0 });
  });

  it('a daemon whose keeper is killed ends with a code, because the password is gone, and leaves no process behind', async () => {
    const { daemon, of } = await serve();
    process.kill(of.keeper, 'SIGKILL');
    const { code, stderr } = await daemon.ended;
    expect({ code, said: stderr.match(/custos: error: .*/g) }).toEqual({
      code: 1,
      said: [expect.stringMatching(/\(SIGNER_DIED\)$/)],
    });
    await allGone(of);
  });

  it('a daemon whose front is killed ends with a code, and leaves no process behind', async () => {
    const { daemon, of } = await serve();
    process.kill(of.front, 'SIGKILL');
    const { code, stderr } = await daemon.ended;
    expect({ code, said: stderr.match(/custos: error: .*/g) }).toEqual({
      code: 1,
      said: ['custos: error: the front ended with SIGKILL (FRONT_DIED)'],
    });
    await allGone(of);
  });
});
