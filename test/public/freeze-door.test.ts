import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { custos } from '../support/custos.js';
import { type Kms, startKms, transfer } from '../support/kms.js';

let kms: Kms;
/** Somewhere else on the machine: neither store nor password. */
let outside: string;

beforeAll(async () => {
  kms = await startKms();
  outside = realpathSync(mkdtempSync(join(tmpdir(), 'custos-door-')));
}, 120_000);
afterAll(async () => {
  await kms.close();
  rmSync(outside, { recursive: true, force: true });
});

it('a daemon of its own is frozen through its control socket, and goes on after the password ended that', async () => {
  const control = join(outside, 'control.sock');
  const there = (...args: string[]) =>
    custos([...args, '--control-socket', control], { home: outside, env: { CUSTOS_STORE: undefined } });
  expect(await there('freeze', '--all', '--reason', 'too early')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('SIGNER_UNREACHABLE'),
  });
  const serving = kms.serve('--testnet', '--chain=ETH', '--control-socket', control);
  try {
    await serving.line(/"event":"daemon-started"/);
    const made = await there('freeze', '--all', '--reason', 'at the door');
    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('Frozen: all.') });
    const freeze = made.stdout.trim();
    kms.stub.queue('ETH').push(transfer('frozen-here', kms.ids.key));
    await serving.line(/"id":"frozen-here".*"code":"FROZEN"/);
    await serving.line(new RegExp(`"freeze":"${freeze}".*"event":"frozen"`));
    expect(JSON.parse((await there('freezes', '--json')).stdout)).toMatchObject({ id: freeze, reason: 'at the door' });
    expect(JSON.parse((await kms.run('freezes', '--json')).stdout)).toMatchObject({ id: freeze, state: 'active' });
    expect(kms.stub.broadcasts).toEqual([]);
    expect((await kms.run('unfreeze', freeze)).stderr).toContain(`The freeze ${freeze} is ended.`);
    await serving.line(/"id":"frozen-here".*"event":"transaction-completed"/);
    expect((await there('freezes', '--json')).stdout).toBe('');
  } finally {
    await serving.kill('SIGTERM');
  }
}, 120_000);
