import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Running, start } from '../support/custos.js';
import { type Kms, startKms, transfer } from '../support/kms.js';
import { isInMemory } from '../support/memory.js';

let kms: Kms;
let directory: string;
let socket: string;
/** Of the daemon: all that it gets, without the password. */
let front: Readonly<Record<string, string>>;
let id: string;
const running: Running[] = [];

beforeAll(async () => {
  kms = await startKms();
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'custos-service-')));
  socket = join(directory, 'signer.sock');
  const { CUSTOS_PASSWORD: _only, ...rest } = kms.env;
  front = rest;
  const { stdout } = await kms.run('doctor', '--testnet', '--offline', '--json');
  id = /"store id",\s*"state": ?"ok",\s*"text": ?"([0-9a-f]{32})"/.exec(stdout)?.[1] ?? '';
}, 120_000);
afterEach(async () => {
  for (const one of running.splice(0)) await one.kill('SIGKILL');
});
afterAll(async () => {
  await kms.close();
  rmSync(directory, { recursive: true, force: true });
});

async function service(...flags: string[]): Promise<{ readonly signer: Running; readonly keeper: number }> {
  const args = ['signer', '--testnet', '--socket', socket, '--signers=1', ...flags];
  // Its home has no store: it knows the store by its id alone.
  const env = { CUSTOS_PASSWORD: kms.env['CUSTOS_PASSWORD'], CUSTOS_STORE: undefined };
  const signer = start(args, { home: directory, env });
  running.push(signer);
  const line = JSON.parse(await signer.line(/"event":"signer-service-started"/));
  expect(line).toMatchObject({ socket, store: id });
  return { signer, keeper: line.keeper };
}

/** @param flags - an empty one stands for the id of the store */
function otherService(flags: readonly string[]): Running {
  const args = ['signer', '--testnet', '--socket', socket, ...flags.map((flag) => flag || id)];
  return start(args, {
    home: directory,
    env: { CUSTOS_PASSWORD: kms.env['CUSTOS_PASSWORD'], CUSTOS_STORE: undefined },
  });
}

function daemon(...flags: string[]): Running {
  const args = ['daemon', '--testnet', '--chain=ETH', '--period=0.05', '--signer', socket, ...flags];
  const started = start(args, { home: kms.home, env: front });
  running.push(started);
  return started;
}

const completed = (serving: Running, name: string) =>
  serving.line(new RegExp(`"id":"${name}".*"event":"transaction-completed"`));

it('the signer is frozen through its own socket, its daemon and the store learn of it, and the password ends it', async () => {
  const control = join(directory, 'control.sock');
  await service('--store-id', id, '--control-socket', control);
  // Neither store nor password are at hand here.
  const outside = start(['freeze', '--all', '--reason', 'test', '--control-socket', control], {
    home: directory,
    env: { CUSTOS_STORE: undefined },
  });
  const made = await outside.ended;
  expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('Frozen: all.') });
  const freeze = made.stdout.trim();
  kms.stub.queue('ETH').push(transfer('frozen-there', kms.ids.key));
  const serving = daemon();
  await serving.line(/"id":"frozen-there".*"code":"FROZEN"/);
  await serving.line(new RegExp(`"freeze":"${freeze}".*"event":"frozen"`));
  const listed = await kms.run('freezes', '--json');
  expect(JSON.parse(listed.stdout)).toMatchObject({ id: freeze, state: 'active', reason: 'test' });
  expect(kms.stub.broadcasts.map(({ body }) => body['signatureId'])).not.toContain('frozen-there');
  expect((await kms.run('unfreeze', freeze)).stderr).toContain(`The freeze ${freeze} is ended.`);
  await completed(serving, 'frozen-there');
  const kept = start(['freezes', '--json', '--control-socket', control], {
    home: directory,
    env: { CUSTOS_STORE: undefined },
  });
  expect((await kept.ended).stdout).toBe('');
});

const environmentOf = (pid: number) => readFileSync(`/proc/${pid}/environ`, 'utf8');
const lives = (pid: number) => existsSync(`/proc/${pid}/exe`) && !/^State:\s+Z/m.test(statusOf(pid));

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return 'State: Z';
  }
}

async function gone(pid: number): Promise<void> {
  while (lives(pid)) await new Promise(setImmediate);
}

/** Name of the process that recorded the newest event. @param lines - events as JSON, the oldest first */
const processOf = (lines: readonly string[]): string => JSON.parse(lines.at(-1) ?? '{}').detail.process;

describe('a daemon whose password a signer service has', () => {
  it('doctor shows the id of the store, by which a signer service is bound to it', () => {
    expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('a daemon without a password signs and broadcasts through the service, and has no password in reach', async () => {
    const { signer, keeper } = await service('--store-id', id);
    const serving = daemon();
    kms.stub.queue('ETH').push(transfer('through-the-service', kms.ids.key));
    await completed(serving, 'through-the-service');
    const password = kms.env['CUSTOS_PASSWORD'] ?? '';
    for (const text of [environmentOf(serving.pid), readFileSync(`/proc/${serving.pid}/cmdline`, 'utf8')]) {
      expect(text).not.toContain(password);
    }
    expect(environmentOf(signer.pid)).toContain(password);
    expect(environmentOf(keeper)).not.toContain(password);
    // The keeper shows that the search finds it where it is.
    expect(isInMemory(keeper, password)).toBe(true);
    expect(isInMemory(serving.pid, password)).toBe(false);
    expect(isInMemory(serving.pid, front['CUSTOS_API_KEY'] ?? '')).toBe(true);
    expect(await serving.kill('SIGTERM')).toMatchObject({ code: 0 });
    expect(await signer.kill('SIGTERM')).toMatchObject({ code: 0 });
    expect(existsSync(socket)).toBe(false);
  });

  it('a daemon waits for a killed service, says so, and goes on with its successor', async () => {
    const first = await service('--store-id', id);
    const serving = daemon();
    kms.stub.queue('ETH').push(transfer('before-the-kill', kms.ids.key, { request: { nonce: 8 } }));
    await completed(serving, 'before-the-kill');
    process.kill(first.keeper, 'SIGKILL');
    const { code, stderr } = await first.signer.ended;
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('SIGNER_DIED') });
    kms.stub.queue('ETH').push(transfer('while-away', kms.ids.key, { request: { nonce: 9 } }));
    await serving.line(/SIGNER_UNREACHABLE.*"event":"transaction-postponed"/);
    expect(await kms.story('while-away')).toMatchObject({ state: 'claimed' });
    const second = await service('--store-id', id);
    await completed(serving, 'while-away');
    // The process that started the keeper is killed: nothing of the service survives it.
    await second.signer.kill('SIGKILL');
    await gone(second.keeper);
    expect(await serving.kill('SIGTERM')).toMatchObject({ code: 0 });
    const lines = (await kms.run('audit', 'list', '--json', '--limit=500')).stdout.trim().split('\n').reverse();
    const story = lines.map((line) => JSON.parse(line)).filter(({ detail }) => detail.process === processOf(lines));
    const connected = story.filter(({ code }) => code === 'signer.connected');
    expect(connected.map(({ detail }) => detail)).toMatchObject([{ signer: socket }, { signer: socket }]);
    expect(new Set(connected.map(({ detail }) => detail.keeper)).size).toBe(2);
    const signedLater = story.findIndex(
      ({ code, detail }) => code === 'transaction.signed' && detail.transaction === 'while-away',
    );
    expect(story.indexOf(connected[1])).toBeLessThan(signedLater);
    // The socket that it left behind is taken over.
    const third = await service('--store-id', id);
    await third.signer.kill('SIGTERM');
  });

  it('a service that reads the store itself needs no id', async () => {
    const env = { CUSTOS_PASSWORD: kms.env['CUSTOS_PASSWORD'] };
    const signer = start(['signer', '--testnet', '--socket', socket], { home: kms.home, env });
    running.push(signer);
    expect(await signer.line(/"event":"signer-service-started"/)).toContain(id);
    await signer.kill('SIGTERM');
  });

  it('a daemon that was given the password beside a service refuses to start', async () => {
    for (const [given, env] of [
      [[], kms.env],
      [['--password-file', '/nowhere'], front],
    ] as const) {
      const args = ['daemon', '--testnet', '--signer', socket, ...given];
      const ended = await start(args, { home: kms.home, env }).ended;
      expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('CONFIG_INVALID') });
    }
  });

  it.each([
    ['there is no service', [], 'SIGNER_UNREACHABLE', undefined],
    ['the service has other limits', [], 'SIGNER_RULES_DIFFER', ['--store-id', '', '--fee-ceiling', 'ETH=0.1']],
    ['the daemon has wider limits', ['--fee-ceiling', 'ETH=9'], 'SIGNER_RULES_DIFFER', ['--store-id', '']],
    ['the service serves another store', [], 'SIGNER_STORE_DIFFERS', ['--store-id', '0'.repeat(32)]],
  ])('a daemon ends with a code at its start when %s', async (_what, flags, code, of) => {
    const signer = of === undefined ? undefined : otherService(of);
    await signer?.line(/"event":"signer-service-started"/);
    const ended = await daemon('--run-once', ...flags).ended;
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining(`(${code})`) });
    await signer?.kill('SIGTERM');
  });

  it('doctor introduces itself to the service as the daemon would, without a password, and says what it answers', async () => {
    const doctor = async (home: string, ...flags: string[]) => {
      const args = ['doctor', '--testnet', '--offline', '--json', '--signer', socket, ...flags];
      const ended = await start(args, { home, env: { ...front, CUSTOS_STORE: undefined } }).ended;
      const found: { check: string }[] = JSON.parse(ended.stdout);
      return found.filter(({ check }) => check === 'signer');
    };
    expect(await doctor(kms.home)).toMatchObject([
      { state: 'problem', text: expect.stringContaining('SIGNER_UNREACHABLE') },
    ]);
    const { signer } = await service('--store-id', id);
    expect(await doctor(kms.home)).toMatchObject([
      { state: 'ok', text: expect.stringContaining('signs for this store') },
    ]);
    expect(await doctor(kms.home, '--fee-ceiling', 'ETH=9')).toMatchObject([
      { state: 'problem', text: expect.stringContaining('SIGNER_RULES_DIFFER') },
    ]);
    const without = await doctor(directory);
    expect(without).toMatchObject([{ state: 'ok', text: expect.stringContaining('the store does not open') }]);
    await signer.kill('SIGTERM');
    expect(await doctor(directory)).toMatchObject([{ state: 'problem' }]);
  });

  it.each([
    ['no socket', ['signer', '--store-id', '0'.repeat(32)], 'CONFIG_INVALID'],
    ['an id that is none', ['signer', '--socket', '/nowhere/at/all', '--store-id', 'x'], 'CONFIG_INVALID'],
    ['a directory that others may write to', ['signer', '--socket', join(tmpdir(), 'x')], 'SOCKET_UNSAFE'],
  ])('a signer service with %s is refused before it asks for a password', async (_what, args, code) => {
    const ended = await start(args, { home: directory, env: { CUSTOS_STORE: undefined } }).ended;
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining(code) });
  });
});
