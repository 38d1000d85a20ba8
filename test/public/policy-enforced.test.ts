import { copyFileSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { anyPayment, policyOf } from '../support/control.js';
import { custos, type Running, start } from '../support/custos.js';
import { type Kms, startKms, transfer } from '../support/kms.js';
import { onPostgres } from '../support/postgres.js';
import { publish } from '../support/publishing.js';

let kms: Kms;
let directory: string;
let socket: string;
let id: string;
const running: Running[] = [];

beforeAll(async () => {
  kms = await startKms();
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'custos-policy-')));
  socket = join(directory, 'signer.sock');
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

async function service(): Promise<Running> {
  const args = ['signer', '--testnet', '--socket', socket, '--signers=1', '--store-id', id];
  const env = { CUSTOS_PASSWORD: kms.env['CUSTOS_PASSWORD'], CUSTOS_STORE: undefined };
  const signer = start(args, { home: directory, env });
  running.push(signer);
  await signer.line(/"event":"signer-service-started"/);
  return signer;
}

/** One round of a daemon without the password, with one payment in the queue. */
async function pay(name: string, request: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { CUSTOS_PASSWORD: _only, ...env } = kms.env;
  const queue = kms.stub.queue('ETH');
  queue.splice(0, queue.length, transfer(name, kms.ids.key, { request }));
  const { stderr } = await custos(['daemon', '--run-once', '--testnet', '--signer', socket], { home: kms.home, env });
  const { state, error } = await kms.story(name);
  return `${state} ${error?.code ?? ''} ${/"event":"control-handed-over"/.test(stderr) ? 'judged' : ''}`.trim();
}

const open = { permits: [anyPayment] };
const closed = { version: 2, previous: policyOf(open).hash };
const again = { version: 3, previous: policyOf(closed).hash, permits: [anyPayment] };

describe('a policy that is published while a signer service runs', () => {
  it('the service signs as before until there is a policy, then what the newest permits, and takes no older database', async () => {
    await service();
    expect(await pay('before', { nonce: 1 })).toBe('completed');
    await publish(kms.home, kms.env, open);
    expect(await pay('by-the-first', { nonce: 2 })).toBe('completed  judged');
    const store = join(kms.home, '.custos', 'store.db');
    const copy = join(directory, 'older.db');
    if (!onPostgres) copyFileSync(store, copy);
    await publish(kms.home, kms.env, closed);
    expect(await pay('forbidden', { nonce: 3 })).toMatch(/^denied \w+_DENIED judged$/);
    if (!onPostgres) {
      copyFileSync(store, join(directory, 'newer.db'));
      copyFileSync(copy, store);
      // The front of the older database would have let it pass.
      expect(await pay('by-an-older-policy', { nonce: 3 })).toBe('held CONTROL_OLD');
      copyFileSync(join(directory, 'newer.db'), store);
    }
    await publish(kms.home, kms.env, again);
    expect(await pay('permitted-again', { nonce: 3 })).toBe('completed  judged');
  });
});
