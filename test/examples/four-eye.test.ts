import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Kms, receiver, startKms, transfer } from '../support/kms.js';

const example = fileURLToPath(new URL('../../examples/four-eye.mjs', import.meta.url));
let kms: Kms;
let service: ChildProcess;
let url: string;
let secretFile: string;

beforeAll(async () => {
  kms = await startKms();
  secretFile = join(kms.home, 'four-eye.secret');
  const receivers = join(kms.home, 'receivers');
  writeFileSync(secretFile, 'shared with the example\n', { mode: 0o600 });
  writeFileSync(receivers, `${receiver}\n`);
  service = spawn(process.execPath, [example, secretFile, receivers, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(service.stdout!, 'data');
  url = /http:\S+/.exec(String(line))![0];
});
afterAll(async () => {
  service.kill();
  await kms.close();
});

const daemon = (secret: string) => kms.daemon(`--external-url=${url}`, `--four-eye-secret=${secret}`);

it('allows a transfer to a known receiver, refuses one to a stranger, and signs both answers', async () => {
  const stranger = `0x${'5'.repeat(40)}`;
  kms.stub
    .queue('ETH')
    .push(
      transfer('known', kms.ids.mainnet, { request: { chainId: 1, nonce: 0 } }),
      transfer('stranger', kms.ids.mainnet, { request: { chainId: 1, nonce: 1, to: stranger } }),
    );
  expect(await daemon(secretFile)).toMatchObject({ code: 1 });
  expect(kms.stub.broadcasts.map(({ body }) => body['signatureId'])).toEqual(['known']);
  expect(await kms.story('stranger')).toMatchObject({ state: 'denied', error: { code: 'JUDGE_DENIED' } });
});

it('the example service refuses a question without the secret, and a wrong secret makes its answer worthless', async () => {
  expect((await fetch(`${url}/known`, { method: 'POST', body: '{}' })).status).toBe(401);
  const old = { 'x-custos-timestamp': '1', 'x-custos-signature': hmac('1.POST./known.{}') };
  expect((await fetch(`${url}/known`, { method: 'POST', body: '{}', headers: old })).status).toBe(401);
  const other = join(kms.home, 'other.secret');
  writeFileSync(other, 'another', { mode: 0o600 });
  kms.stub.queue('ETH').splice(0);
  kms.stub.queue('ETH').push(transfer('other-secret', kms.ids.mainnet, { request: { chainId: 1, nonce: 2 } }));
  await daemon(other);
  expect(await kms.story('other-secret')).toMatchObject({ state: 'held', error: { code: 'JUDGE_ANSWER_INVALID' } });
});

function hmac(text: string): string {
  return createHmac('sha256', 'shared with the example').update(text).digest('hex');
}
