import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ethereum } from '../../../src/chains/evm/chains/ethereum.js';
import type { NodeClient, RecordedTransaction } from '../../../src/core/chain/node.js';
import type { Nodes } from '../../../src/core/network/cloud.js';
import { makeNodes } from '../../cloud/parts.js';
import { type Anvil, startAnvil } from '../../support/anvil.js';
import { testKey } from '../../support/test-key.js';

const privateKey = ethereum.keys.decodePrivateKey(
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  'testnet',
);
const key = testKey(ethereum, privateKey);
const sender = key.address;

/** Signed bytes of this sender; two of the same number differ in their value. */
async function sign(nonce: number, change: Record<string, unknown> = {}): Promise<RecordedTransaction> {
  const completed = JSON.stringify({
    type: '0x0',
    chainId: '11155111',
    nonce: `${nonce}`,
    from: sender,
    to: `0x${'22'.repeat(20)}`,
    value: '1',
    data: '0x',
    gas: '100000',
    gasPrice: '3000000000',
    ...change,
  });
  const context = { network: 'testnet', from: sender, signers: [key] } as const;
  return { ...(await ethereum.codec.parse(completed, context).sign([key])), completed, sender };
}

describe('a development node of the Ethereum family', () => {
  let anvil: Anvil;
  let nodes: Nodes;
  let node: NodeClient;

  beforeAll(async () => {
    anvil = await startAnvil({ chainId: 11155111, args: ['--no-mining', '--slots-in-an-epoch', '6'] });
    nodes = makeNodes('http://127.0.0.1:9', { ownNodes: new Map([[ethereum.id, anvil.url]]) });
    node = nodes.client(ethereum);
  });
  afterAll(() => anvil?.close());

  const mine = (blocks = 1) => anvil.rpc('anvil_mine', [`0x${blocks.toString(16)}`]);
  const nextNumber = async () => Number(await anvil.rpc('eth_getTransactionCount', [sender, 'latest']));
  const inclusion = (recorded: RecordedTransaction) => ethereum.node.inclusion?.(recorded, node);
  const fate = (recorded: RecordedTransaction) => ethereum.node.fate?.(recorded, node);

  it('a node shows where a transaction is: nowhere, waiting, in a block, and how deep', async () => {
    const sent = await sign(await nextNumber());
    expect(await inclusion(sent)).toEqual({ kind: 'absent' });
    await nodes.broadcast(ethereum, sent);
    expect(await inclusion(sent)).toEqual({ kind: 'waiting' });
    await mine();
    const block = expect.stringMatching(/^0x[0-9a-f]{64}$/);
    expect(await inclusion(sent)).toEqual({ kind: 'included', depth: 1, block });
    await mine(4);
    expect(await inclusion(sent)).toEqual({ kind: 'included', depth: 5, block });
  });

  it('a node shows that a transaction in the chain was reverted', async () => {
    const sent = await sign(await nextNumber(), { to: undefined, data: '0x60006000fd' });
    await nodes.broadcast(ethereum, sent);
    await mine();
    expect(await inclusion(sent)).toMatchObject({ kind: 'included', reverted: true });
  });

  it('a node shows that a reorganisation threw a transaction out, and where the same bytes are after they are sent again', async () => {
    const sent = await sign(await nextNumber());
    await nodes.broadcast(ethereum, sent);
    await mine(2);
    const before = await inclusion(sent);
    expect(before).toMatchObject({ kind: 'included', depth: 2 });
    await anvil.rpc('anvil_reorg', [2, []]);
    expect(await inclusion(sent)).toEqual({ kind: 'absent' });
    await nodes.broadcast(ethereum, sent);
    expect(await inclusion(sent)).toEqual({ kind: 'waiting' });
    await mine(1);
    const after = await inclusion(sent);
    expect(after).toMatchObject({ kind: 'included', depth: 1 });
    expect(after).not.toMatchObject({ block: (before as { block: string }).block });
  });

  it('bytes are called dead when another transaction took their number, and not before its block is settled', async () => {
    await mine(20);
    const number = await nextNumber();
    const [ours, foreign] = [await sign(number), await sign(number, { value: '2' })];
    expect(await fate(ours)).toBe('open');
    await nodes.broadcast(ethereum, foreign);
    expect(await fate(ours)).toBe('open');
    await mine(1);
    expect(await fate(foreign)).toBe('known');
    await expect(nodes.broadcast(ethereum, ours)).rejects.toMatchObject({
      code: 'BROADCAST_DEFERRED',
      message: expect.stringContaining('nonce too low'),
    });
    await mine(11);
    expect(await fate(ours)).toBe('open');
    await mine(1);
    expect(await fate(ours)).toBe('dead');
    await expect(nodes.broadcast(ethereum, ours)).rejects.toMatchObject({ code: 'BROADCAST_REFUSED' });
    // Long ago is found as well.
    await mine(300);
    expect(await fate(ours)).toBe('dead');
    expect(await fate(foreign)).toBe('known');
  });

  it('bytes are never called dead after a rival that was thrown out again', async () => {
    const number = await nextNumber();
    const [ours, foreign] = [await sign(number), await sign(number, { value: '2' })];
    await nodes.broadcast(ethereum, foreign);
    await mine(1);
    await anvil.rpc('anvil_reorg', [1, []]);
    expect(await fate(ours)).toBe('open');
    await nodes.broadcast(ethereum, ours);
    await mine(30);
    expect(await fate(ours)).toBe('known');
    expect(await fate(foreign)).toBe('dead');
  });

  it('bytes are kept for later when another transaction with their number waits and pays as much', async () => {
    const number = await nextNumber();
    const [ours, foreign] = [await sign(number), await sign(number, { value: '2' })];
    await nodes.broadcast(ethereum, foreign);
    await expect(nodes.broadcast(ethereum, ours)).rejects.toMatchObject({
      code: 'BROADCAST_DEFERRED',
      message: expect.stringContaining('underpriced'),
    });
    await mine(1);
  });

  it('a node takes the same bytes twice', async () => {
    const sent = await sign(await nextNumber());
    for (const _time of [1, 2]) expect(await nodes.broadcast(ethereum, sent)).toEqual({ txId: sent.txId });
    await mine(1);
    expect(await nodes.broadcast(ethereum, sent)).toEqual({ txId: sent.txId });
  });

  it('a node refuses for good what time cannot mend', async () => {
    const number = await nextNumber();
    const poor = await sign(number, { value: `${10n ** 24n}` });
    // More code than a creation may bring (EIP-3860).
    const large = await sign(number, { to: undefined, value: '0', data: `0x${'00'.repeat(60_000)}`, gas: '10000000' });
    await expect(nodes.broadcast(ethereum, poor)).rejects.toMatchObject({ code: 'BROADCAST_REFUSED' });
    await expect(nodes.broadcast(ethereum, large)).rejects.toMatchObject({ code: 'BROADCAST_REFUSED' });
  });
});
