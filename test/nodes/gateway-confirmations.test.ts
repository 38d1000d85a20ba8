import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/core/clock.js';
import { startWay, type Way } from '../support/way.js';

let way: Way;
beforeAll(async () => {
  way = await startWay();
});
afterAll(() => way.close());

const to = '0x687422eea2cb73b5d3e242ba5456b782919afc85';

async function submit(): Promise<string> {
  const { signatureId } = await way.wallet('key');
  const answer = await way.post('/v3/ethereum/transaction', { to, amount: '1', currency: 'ETH', signatureId });
  return String(answer.body['signatureId']);
}

/** A clock that is ten minutes ahead. */
const later: Clock = { ...systemClock, now: () => systemClock.now() + 600_000 };

const show = async (id: string) => (await way.get(`/v3/kms/${id}`)).body as Record<string, unknown>;

describe('a daemon behind a gateway of its own', () => {
  test('a daemon completes a transaction after exactly the number of blocks that is asked for', async () => {
    const id = await submit();
    await way.chain.rpc('evm_setAutomine', [false]);
    expect(await way.runOnce({ confirmations: '2' })).toMatchObject({ unconfirmed: 1, completed: 0 });
    const sent = await show(id);
    expect(sent).toMatchObject({ state: 'broadcast', final: false, txId: expect.stringMatching(/^0x/) });
    await way.chain.rpc('anvil_mine', ['0x1']);
    expect(await way.runOnce({ confirmations: '2' })).toMatchObject({ completed: 0 });
    expect(await show(id)).toMatchObject({ state: 'broadcast' });
    await way.chain.rpc('anvil_mine', ['0x1']);
    // What waits for blocks is looked at again after a while.
    expect(await way.runOnce({ confirmations: '2' }, {}, { clock: later })).toMatchObject({ completed: 1 });
    expect(await show(id)).toMatchObject({ state: 'completed', final: true, txId: sent['txId'] });
    expect((await show(id))['meaning']).toContain('--confirmations');
    await way.chain.rpc('evm_setAutomine', [true]);
  });

  test('a daemon leaves a transaction at the node that took it when no block is asked for', async () => {
    await way.chain.rpc('evm_setAutomine', [false]);
    const id = await submit();
    expect(await way.runOnce({ confirmations: '0' })).toMatchObject({ completed: 1 });
    expect((await show(id))['meaning']).toContain('nothing checked');
    await way.chain.rpc('evm_setAutomine', [true]);
    await way.chain.rpc('anvil_mine', ['0x1']);
  });

  test('a daemon reports to the application what failed for good, with its code', async () => {
    const { signatureId } = await way.wallet('key');
    const fee = { gasLimit: '30000', gasPrice: '20' };
    const form = { to, amount: '1', currency: 'ETH', signatureId, index: 3, fee };
    const { body } = await way.post('/v3/ethereum/transaction', form);
    expect(await way.runOnce()).toMatchObject({ failed: 1 });
    const said = { state: 'failed', final: true, error: { code: 'INDEX_UNEXPECTED' } };
    expect(await show(String(body['signatureId']))).toMatchObject(said);
  });

  test('a daemon reports that a node is down, and does not blame a cloud', async () => {
    const id = await submit();
    const url = way.gatewayUrl;
    await way.chain.close();
    expect(await way.runOnce()).toMatchObject({ waiting: 1, failed: 0 });
    expect(await show(id)).toMatchObject({ state: 'claimed', final: false, error: { code: 'NODE_UNREACHABLE' } });
    const ready = await fetch(`${url}/ready`);
    expect([ready.status, await ready.json()]).toMatchObject([503, { nodes: [{ chain: 'ETH', state: 'failed' }] }]);
  });
});
