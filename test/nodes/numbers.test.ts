import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { House } from '../../dist/app/house.js';
import type { Wallet } from '../../dist/core/signing/wallet.js';
import type { Journal } from '../../dist/core/store/journal.js';
import { type HaltingDaemon, startHalting, until } from '../support/halting.js';
import { chainId, startWay, type Way } from '../support/way.js';

const receiver = '0x2222222222222222222222222222222222222222';

describe('a daemon at a node of its own', () => {
  let way: Way;
  let house: House;
  let journal: Journal;
  let wallet: Wallet;
  let daemon: HaltingDaemon;

  beforeAll(async () => {
    way = await startWay();
    wallet = await way.wallet('key');
    house = way.house();
    ({ journal } = await house.store());
    const flags = { chainId: `ETH=${chainId}`, cloudUrl: way.gatewayUrl, node: `ETH=${way.chain.url}` };
    daemon = startHalting(way, { ...flags, confirmations: '2', logLevel: 'error' });
    await way.chain.rpc('anvil_impersonateAccount', [wallet.address]);
  });
  afterAll(async () => {
    await daemon?.kill('SIGKILL');
    await house?.close();
    await way?.close();
  });

  async function submit(): Promise<string> {
    const body = { to: receiver, amount: '0.001', currency: 'ETH', signatureId: wallet.signatureId };
    return String((await way.post('/v3/ethereum/transaction', body)).body['signatureId']);
  }

  /** What another program that has the key sends. */
  async function sendElsewhere(): Promise<void> {
    await way.chain.rpc('eth_sendTransaction', [{ from: wallet.address, to: receiver, value: '0x1' }]);
  }

  async function events(id: string): Promise<readonly string[]> {
    return (await journal.events(id)).map(({ event }) => event);
  }

  const has = (id: string, event: string) => until(async () => (await events(id)).includes(event));

  it('a daemon does not touch the nonces that another program uses', async () => {
    const { rpc } = way.chain;
    const first = await submit();
    await has(first, 'broadcast');
    // In a block, and waiting for one.
    await sendElsewhere();
    const second = await submit();
    await has(second, 'broadcast');
    await rpc('evm_setAutomine', [false]);
    await sendElsewhere();
    const third = await submit();
    await has(third, 'broadcast');
    await rpc('evm_setAutomine', [true]);
    await rpc('anvil_mine', ['0x2']);
    for (const id of [first, second, third]) await has(id, 'completed');
    const entries = await Promise.all([first, second, third].map((id) => journal.get(id)));
    expect(entries.map((entry) => Number(entry?.nonce))).toEqual([0, 2, 4]);
    for (const entry of entries) expect((await way.chain.receipt(String(entry?.txId))).status).toBe('0x1');
    expect(await rpc('eth_getTransactionCount', [wallet.address, 'latest'])).toBe('0x5');
  });

  it('a daemon sends the same bytes again after a reorganisation threw them out', async () => {
    const { rpc } = way.chain;
    const before = await rpc('evm_snapshot');
    const id = await submit();
    await has(id, 'included');
    const { signed, txId } = (await journal.get(id))!;
    expect(await rpc('evm_revert', [before])).toBe(true);
    expect(await rpc('eth_getTransactionByHash', [txId])).toBeNull();
    await until(async () => (await events(id)).filter((event) => event === 'broadcast').length === 2);
    expect((await way.chain.receipt(String(txId))).status).toBe('0x1');
    await rpc('anvil_mine', ['0x1']);
    await has(id, 'completed');
    expect(await journal.get(id)).toMatchObject({ state: 'completed', signed, txId });
    const story = (await events(id)).filter((event) => event !== 'included' && event !== 'filled');
    expect(story).toEqual(['claimed', 'signed', 'broadcast', 'reorganised', 'broadcast', 'completed']);
    expect(await rpc('eth_getTransactionCount', [wallet.address, 'latest'])).toBe('0x6');
  });

  it('a daemon logs no errors, because it never blocks itself', async () => {
    expect(await daemon.kill('SIGTERM')).toEqual({ signal: null, code: 0, stderr: '' });
  });
});
