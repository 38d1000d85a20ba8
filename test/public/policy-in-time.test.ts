import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Kms, receiver, startKms, transfer } from '../support/kms.js';
import { first, publishThere } from '../support/publishing.js';

const HOUR = 3_600_000;
const open = { id: 'open', asset: 'ETH.testnet', to: receiver, max: 'any' };
const mainnet = { id: 'small', asset: 'ETH', to: receiver, max: '0.001' };

let kms: Kms;
beforeEach(async () => {
  kms = await startKms();
}, 120_000);
afterEach(() => kms.close());

const payment = (id: string, value: string) =>
  transfer(id, kms.ids.mainnet, { request: { chainId: 1, value, nonce: 7 } });

it('a version that widens decides from its time on in a daemon that runs, and not before', async () => {
  const groups = { desk: ['ann'] };
  await publishThere(kms, { ...first, groups, permits: [{ ...open, needs: ['1 of desk'] }] });
  kms.stub.queue('ETH').push(transfer('waits', kms.ids.key));
  const serving = kms.serve('--testnet', '--chain=ETH');
  try {
    await serving.line(/"id":"waits".*"code":"JUDGE_UNDECIDED"/);
    const draft = JSON.parse((await kms.run('policy', 'draft')).stdout);
    const next = { ...draft, permits: [open] };
    const effectiveAt = await publishThere(kms, next, { delay: 900 / HOUR });
    await serving.line(/"id":"waits".*"event":"transaction-completed"/);
    const { events } = await kms.story('waits');
    const signed = events.find(({ event }) => event === 'signed') as { readonly at?: string } | undefined;
    expect(Date.parse(signed?.at ?? '')).toBeGreaterThanOrEqual(effectiveAt);
    expect((await kms.run('policy', 'show')).stdout).toContain('Version 2, published at');
  } finally {
    await serving.kill('SIGTERM');
  }
}, 120_000);

it('on mainnet a published policy takes the place of the four-eye service, and decides alone', async () => {
  expect(await kms.daemon('--chain=ETH')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('FOUR_EYE_MISSING'),
  });
  await publishThere(kms, { ...first, permits: [mainnet] });
  const queue = kms.stub.queue('ETH');
  queue.splice(0, queue.length, payment('above', '2000000000000000'));
  expect(await kms.daemon('--chain=ETH')).toMatchObject({ code: 1 });
  expect(await kms.story('above')).toMatchObject({ state: 'denied', error: { code: 'JUDGE_DENIED' } });
  expect(kms.stub.broadcasts).toEqual([]);
  queue.splice(0, queue.length, payment('within', '1000000000000000'));
  expect(await kms.daemon('--chain=ETH')).toMatchObject({ code: 0 });
  expect(await kms.story('within')).toMatchObject({ state: 'completed' });
}, 120_000);

it('on mainnet a daemon that finds no published policy in force signs nothing', async () => {
  await publishThere(kms, { ...first, permits: [{ ...mainnet, max: 'any' }] }, { ahead: HOUR });
  kms.stub.queue('ETH').push(payment('early', '1000'));
  expect(await kms.daemon('--chain=ETH')).toMatchObject({ code: 1 });
  expect(await kms.story('early')).toMatchObject({ state: 'held' });
  expect(kms.stub.broadcasts).toEqual([]);
}, 120_000);
