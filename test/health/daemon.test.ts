import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Canaries } from '../support/canaries.js';
import type { Running } from '../support/custos.js';
import { type Kms, keys, mnemonic, startKms, transfer } from '../support/kms.js';
import { processesOf } from '../support/processes.js';
import { type Watcher, watch } from './watching.js';

let kms: Kms;
let running: Running;
let watcher: Watcher;
const faults: (() => void)[] = [];
const canaries = new Canaries();

beforeAll(async () => {
  kms = await startKms();
  running = kms.serve('--testnet', '--health-port=0', `--external-url=${kms.stub.approveUrl}`);
  watcher = await watch(running);
  await watcher.until('/ready', ({ status }) => status === 200);
});
afterEach(() => {
  for (const end of faults.splice(0)) end();
});
afterAll(async () => {
  await running.kill('SIGTERM');
  await kms.close();
});

/** Ids of the signer processes that the daemon has now, as the system knows them. */
function signers(): readonly number[] {
  return processesOf(running.pid).signers;
}

describe('a daemon with a health port', () => {
  it('a daemon reports that it lives, and what runs', async () => {
    const { status, body } = await watcher.get('/health');
    expect([status, body]).toEqual([200, expect.objectContaining({ status: 'ok', version: '0.1.0' })]);
  });

  it('a daemon serves its health port on loopback, and does not answer to other host names', async () => {
    expect(new URL(watcher.url).hostname).toBe('127.0.0.1');
    const port = Number(new URL(watcher.url).port);
    const answer = await rawGet(port, 'evil.example');
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).not.toContain('custos_');
    expect(await rawGet(port, 'localhost')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('a daemon counts polls, verdicts and signatures, each once', async () => {
    const asked = kms.stub.received('/v3/kms/pending/ETH').length;
    kms.stub.queue('ETH').push(transfer('counted', kms.ids.key));
    await kms.stub.until(() => kms.stub.broadcasts.some(({ body }) => body['signatureId'] === 'counted'));
    const scrape = await watcher.scrape();
    const polls = scrape.value('custos_polls_total', { chain: 'ETH', result: 'ok' }) ?? 0;
    expect(polls).toBeGreaterThanOrEqual(asked - 1);
    expect(polls).toBeLessThanOrEqual(kms.stub.received('/v3/kms/pending/ETH').length);
    expect(scrape.value('custos_verdicts_total', { judge: 'four-eye', verdict: 'allow' })).toBe(1);
    await watcher.until('/metrics', ({ text }) => text.includes('{chain="ETH",outcome="completed"} 1'));
    expect(scrape.value('custos_sign_duration_seconds_count', { chain: 'ETH' })).toBe(1);
    expect(scrape.value('custos_sign_duration_seconds_bucket', { chain: 'ETH', le: '+Inf' })).toBe(1);
    expect(scrape.value('custos_signer_restarts_total')).toBe(0);
    const last = scrape.value('custos_last_poll_timestamp_seconds', { chain: 'ETH' }) ?? 0;
    expect(Math.abs(Date.now() / 1000 - last)).toBeLessThan(30);
  });

  it('a daemon shows what waits in the journal, by chain and state, with its age', async () => {
    kms.stub.approveStatus = 503;
    kms.stub.queue('ETH').push(transfer('kept-waiting', kms.ids.key, { request: { nonce: 8 } }));
    await running.line(/"kept-waiting".*"transaction held"/);
    const isHeld = ({ text }: { text: string }) =>
      text.includes('custos_queue_transactions{chain="ETH",state="held"} 1');
    await watcher.until('/metrics', isHeld);
    const scrape = await watcher.scrape();
    expect(scrape.value('custos_queue_up')).toBe(1);
    const age = scrape.value('custos_queue_oldest_age_seconds', { chain: 'ETH', state: 'held' }) ?? -1;
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(120);
    expect(scrape.value('custos_verdicts_total', { judge: 'four-eye', verdict: 'hold' })).toBeGreaterThanOrEqual(1);
    expect(scrape.value('custos_transactions_total', { chain: 'ETH', outcome: 'held' })).toBeGreaterThanOrEqual(1);
    kms.stub.approveStatus = 200;
  });

  it('a daemon counts a signer that was killed and replaced, and is ready again', async () => {
    const [signer = 0] = signers();
    const before = (await watcher.scrape()).value('custos_signer_restarts_total') ?? 0;
    process.kill(signer, 'SIGKILL');
    await running.line(new RegExp(`"signer":${signer},.*"signer process ended"`));
    await watcher.until('/metrics', ({ text }) => text.includes(`custos_signer_restarts_total ${before}\n`));
    // Nothing is to be signed: the question of whether it is ready brings the successor.
    await watcher.until('/ready', () => signers().length === 1 && signers()[0] !== signer);
    await watcher.until('/metrics', ({ text }) => text.includes(`custos_signer_restarts_total ${before + 1}\n`));
    await watcher.until('/ready', ({ status }) => status === 200);
  });

  it('a daemon is not ready while a signer hangs, and replaces it', async () => {
    const [signer = 0] = signers();
    process.kill(signer, 'SIGSTOP');
    const { body } = await watcher.until('/ready', ({ status }) => status === 503);
    expect(body.reasons).toEqual([{ check: 'signer', code: 'HEALTH_TIMEOUT', text: expect.any(String) }]);
    await watcher.until('/ready', ({ status }) => status === 200);
    expect(signers()).not.toContain(signer);
  });

  it('a daemon is not ready while the cloud is away, says for which chain, and is ready again afterwards', async () => {
    faults.push(kms.stub.fail('/v3/kms/pending/ETH', { kind: 'close' }));
    const { body } = await watcher.until('/ready', ({ status }) => status === 503);
    expect(body.status).toBe('not ready');
    expect(body.reasons).toEqual([{ check: 'poll', chain: 'ETH', text: expect.stringContaining('no answer') }]);
    expect((await watcher.get('/health')).status).toBe(200);
    const scrape = await watcher.scrape();
    expect(scrape.value('custos_polls_total', { chain: 'ETH', result: 'failed' })).toBeGreaterThanOrEqual(3);
    for (const end of faults.splice(0)) end();
    await watcher.until('/ready', ({ status }) => status === 200);
  });

  it('a daemon has only series of chains, states and outcomes, whatever was signed', async () => {
    const { samples, types, helps } = await watcher.scrape();
    const own = samples.filter(({ name }) => name.startsWith('custos_'));
    const names = new Set(own.flatMap(({ labels }) => Object.keys(labels)));
    const known = [
      'chain',
      'judge',
      'le',
      'network',
      'node',
      'outcome',
      'result',
      'state',
      'store',
      'verdict',
      'version',
    ];
    expect([...names].filter((name) => !known.includes(name))).toEqual([]);
    expect(new Set(own.map(({ labels }) => labels['chain'] ?? 'ETH'))).toEqual(new Set(['ETH', 'BSC']));
    expect(own.length).toBeLessThan(150);
    for (const [name, type] of types) {
      if (!name.startsWith('custos_')) continue;
      expect(name.endsWith('_total'), `${name} is a ${type}`).toBe(type === 'counter');
      expect(helps.get(name), name).toMatch(/\.$/);
    }
    expect(types.get('process_resident_memory_bytes')).toBe('gauge');
  });

  it('the health port answers only these three paths, and accepts no content', async () => {
    expect((await watcher.get('/')).status).toBe(404);
    expect((await watcher.get('/ready/../metrics/x')).status).toBe(404);
    expect((await fetch(`${watcher.url}/metrics`, { method: 'POST', body: 'x' })).status).toBe(404);
  });

  it('no answer of the health port contains a secret, a signature ID, an address or a path', () => {
    canaries.text('password', kms.env['CUSTOS_PASSWORD'] === 'password of the kms' ? 'CUSTOS_PASSWORD' : '');
    canaries.text('API key', 'key of the cloud');
    canaries.mnemonic('mnemonic', mnemonic);
    for (const [name, key] of Object.entries(keys)) {
      canaries.key(`private key ${name}`, key.privateKey);
      canaries.text(`address ${name}`, key.address.slice(2));
    }
    for (const [name, id] of Object.entries(kms.ids)) canaries.text(`signature ID ${name}`, id);
    canaries.text('home', kms.home);
    canaries.text('cloud', kms.stub.url);
    expect(watcher.answers.length).toBeGreaterThan(20);
    expect(canaries.in(watcher.answers.join('\n'))).toEqual([]);
  });
});

describe('a health port', () => {
  it('a health port that is in use is reported by its code before anything is signed, and ends the daemon', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const other = await startKms();
    const ended = await other.daemon('--testnet', `--health-port=${port}`);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain(`health port 127.0.0.1:${port}: the port is in use (PORT_IN_USE)`);
    expect(other.stub.requests).toEqual([]);
    await other.close();
    await new Promise((resolve) => taken.close(resolve));
  });

  it.each([
    ['--health-port=70000', '--health-port takes a number from 0 to 65535'],
    ['--health-port=1.5', '--health-port takes a whole number'],
    ['--health-host=http://x/', '--health-host takes an address or a host name'],
  ])('the health setting %s is refused', async (flag, text) => {
    expect(await kms.daemon('--testnet', flag)).toMatchObject({ code: 2, stderr: expect.stringContaining(text) });
  });
});

/** A request with a `Host` header that fetch would not send. */
function rawGet(port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    import('node:net').then(({ connect }) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(`GET /metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      });
      socket.setEncoding('utf8');
      socket.on('data', (part: string) => {
        text += part;
      });
      socket.once('error', reject);
      socket.once('close', () => resolve(text));
    }, reject);
  });
}
