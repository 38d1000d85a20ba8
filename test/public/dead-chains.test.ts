import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Kms, startKms, transfer } from '../support/kms.js';

let kms: Kms;
const started: ReturnType<Kms['serve']>[] = [];
beforeAll(async () => {
  kms = await startKms();
  kms.stub.answer('eth_estimateGas', '0x5208');
  kms.stub.answer(`${count}0x2c7536E3605D9C16a7a3D7b1898e529396a65c23`, 0);
  kms.stub.answer(`${count}0x0dF33272dB884ab6C242D0857DF97b56Aaf6AC79`, 0);
});
afterAll(async () => {
  await Promise.all(started.map((daemon) => daemon.kill('SIGKILL')));
  await kms.close();
});

function serve(...flags: string[]) {
  const daemon = kms.serve('--testnet', ...flags);
  started.push(daemon);
  return daemon;
}

const count = '/v3/ethereum/transaction/count/';
const dead = { kind: 'answer', status: 500, body: 'the node is away' } as const;

it('a transaction that fails too often is given up with the reason, and continues when an operator retries it', async () => {
  const end = kms.stub.fail(count, dead);
  kms.stub.queue('ETH').push(transfer('often', kms.ids.key, { request: { nonce: undefined } }));
  const running = serve('--max-attempts=2');
  await running.line(/"often".*transaction failed/);
  await running.kill('SIGTERM');
  const { state, error, events } = await kms.story('often');
  expect({ state, code: error?.code }).toEqual({ state: 'failed', code: 'ATTEMPTS_EXHAUSTED' });
  expect(error?.message).toMatch(/^given up after 2 tries: (NODE|CLOUD)_\w+: /);
  expect(events.map(({ event }) => event)).toEqual(['claimed', 'postponed', 'failed']);

  end();
  expect(await kms.daemon('--testnet')).toMatchObject({ code: 0 });
  expect((await kms.story('often')).state).toBe('failed');
  expect(await kms.run('transaction', 'retry', 'often')).toMatchObject({ code: 0 });
  expect(await kms.daemon('--testnet')).toMatchObject({ code: 0 });
  expect((await kms.story('often')).state).toBe('completed');
});

it('a chain with a dead node pauses, slows no other chain, loses no tries, and continues when the node is back', async () => {
  const end = kms.stub.fail(count, dead);
  const ids = Array.from({ length: 8 }, (_, at) => `dead-${at}`);
  const wallets = [kms.ids.key, kms.ids.other];
  const asked = (id: string, at: number) => transfer(id, wallets[at % 2]!, { request: { nonce: undefined } });
  kms.stub.queue('ETH').push(...ids.map(asked));
  const running = serve();
  await running.line(/"ETH".*chain shut after faults/);
  kms.stub.queue('BSC').push(transfer('lively', kms.ids.bsc, { chain: 'BSC', request: { chainId: 97 } }));
  await running.line(/"lively".*transaction completed/);
  end();
  await running.line(/"ETH".*chain open again/);
  await kms.stub.until(() => ids.every((id) => kms.stub.broadcasts.some(({ body }) => body['signatureId'] === id)));
  const { stderr } = await running.kill('SIGTERM');
  const postponed = stderr.split('\n').filter((line) => line.includes('transaction postponed'));
  // While it rests nothing is tried: eight transactions have failed about as often as it takes to notice.
  expect(postponed.length).toBeLessThan(20);
});
