import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fileTest } from '../support/file-test.js';
import { type Kms, receiver, startKms, transfer } from '../support/kms.js';
import { first, publishThere } from '../support/publishing.js';

let kms: Kms;
beforeEach(async () => {
  kms = await startKms();
}, 120_000);
afterEach(() => kms.close());

const at = (name: string) => join(kms.home, name);
const rules = {
  permits: [{ id: 'open', asset: 'ETH.testnet', to: receiver, max: 'any' }],
  // One payment and its fee of 21,000 gwei fit.
  limits: [{ id: 'day', asset: 'ETH.testnet', rolling: '24h', max: '0.00003' }],
};
const isSent = (id: string) => kms.stub.broadcasts.some(({ body }) => body['signatureId'] === id);

async function round(id: string, nonce: number, ...flags: readonly string[]): Promise<void> {
  const queue = kms.stub.queue('ETH');
  queue.splice(0, queue.length, transfer(id, kms.ids.key, { request: { nonce, value: '1000' } }));
  await kms.daemon('--testnet', '--chain=ETH', ...flags);
}

const older = fileTest('an older database is put in the place of the present one');

older(
  'an older database gives no budget back to a daemon with a state file, and does to one without',
  async () => {
    await publishThere(kms, { ...first, ...rules });
    const store = join(kms.home, '.custos', 'store.db');
    const state = ['--state-file', at('keeper.state')];
    copyFileSync(store, at('older.db'));
    const putBack = () => copyFileSync(at('older.db'), store);

    await round('one', 7);
    await round('over', 8);
    expect([isSent('one'), isSent('over')]).toEqual([true, false]);
    putBack();
    await round('two', 9, ...state);
    expect(isSent('two')).toBe(true);
    expect(existsSync(at('keeper.state'))).toBe(true);
    putBack();
    await round('three', 10, ...state);
    expect(isSent('three')).toBe(false);
    expect(await kms.story('three')).toMatchObject({ error: { message: expect.stringContaining('signer') } });
  },
  240_000,
);

it('without a policy a state file is not made, and nothing changes', async () => {
  await round('plain', 7, '--state-file', at('keeper.state'));
  expect(isSent('plain')).toBe(true);
  expect(existsSync(at('keeper.state'))).toBe(false);
}, 120_000);

it('after a rekey the state file does not open, the hint says what to do, and that helps', async () => {
  await publishThere(kms, { ...first, ...rules });
  const state = ['--state-file', at('keeper.state')];
  await round('before', 7, ...state);
  expect(isSent('before')).toBe(true);
  expect(await kms.run('rekey')).toMatchObject({ code: 0 });
  const failed = await kms.daemon('--testnet', '--chain=ETH', ...state);
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('(KEEPER_STATE_DAMAGED)') });
  expect(failed.stderr).toMatch(/hint: after `custos rekey` .* move the state file away once/);
  renameSync(at('keeper.state'), at('former.state'));
  const begun = await kms.daemon('--testnet', '--chain=ETH', ...state);
  expect(begun.stderr).toContain('"event":"signer-state-new"');
}, 240_000);
