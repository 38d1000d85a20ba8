import { hex } from '@scure/base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { litecoin } from '../../../src/chains/utxo/chains/litecoin.js';
import { scriptsOf } from '../../../src/chains/utxo/script.js';
import type { NodeClient, RecordedTransaction } from '../../../src/core/chain/node.js';
import type { Nodes } from '../../../src/core/network/cloud.js';
import { makeNodes } from '../../cloud/parts.js';
import { hasLitecoind, type Litecoind, startLitecoind } from '../../support/litecoind.js';
import { testKey } from '../../support/test-key.js';

const isThere = hasLitecoind();
const privateKey = new Uint8Array(32).fill(0x19);
const key = testKey(litecoin, privateKey);
const { publicKey, address } = key;
const [script = ''] = scriptsOf(publicKey).map((one) => hex.encode(one));
const FEE = 20_000;

interface Coin {
  readonly txId: string;
  readonly index: number;
  readonly satoshis: number;
}

/** Signed bytes that spend these coins and give them back, less the fee and something that sets two of them apart. */
async function spend(
  coins: readonly Coin[],
  { parts = 1, less = 0 } = {},
): Promise<RecordedTransaction & { readonly coin: Coin }> {
  const total = coins.reduce((sum, { satoshis }) => sum + satoshis, 0);
  const satoshis = Math.floor((total - FEE - less) / parts);
  const completed = JSON.stringify({
    hash: '',
    version: 2,
    inputs: coins.map((coin) => ({
      prevTxId: coin.txId,
      outputIndex: coin.index,
      sequenceNumber: 0xffffffff,
      script: '',
      output: { satoshis: coin.satoshis, script },
    })),
    outputs: Array.from({ length: parts }, () => ({ satoshis, script })),
    nLockTime: 0,
  });
  const signed = await litecoin.codec
    .parse(completed, { network: 'testnet', from: address, signers: [key] })
    .sign([key]);
  return { ...signed, completed, sender: address, coin: { txId: signed.txId, index: 0, satoshis } };
}

describe.skipIf(!isThere).each([
  ['with an index of transactions', '-txindex=1'],
  ['without an index of transactions', '-txindex=0'],
])('litecoind %s', (_name, index) => {
  let litecoind: Litecoind;
  let nodes: Nodes;
  let node: NodeClient;
  let height = 0;

  beforeAll(async () => {
    litecoind = await startLitecoind([index]);
    nodes = makeNodes('http://127.0.0.1:9', { ownNodes: new Map([[litecoin.id, litecoind.url]]) });
    node = nodes.client(litecoin);
    // A coinbase may be spent after 100 blocks.
    await litecoind.rpc('generatetoaddress', [130, address]);
  });
  afterAll(() => litecoind?.stop());

  const mine = (blocks: number) => litecoind.rpc('generatetoaddress', [blocks, address]);
  const inclusion = (recorded: RecordedTransaction) => litecoin.node.inclusion?.(recorded, node);
  const send = (recorded: RecordedTransaction) => nodes.broadcast(litecoin, recorded);

  /** The reward of a block that no other test spends. */
  async function coin(): Promise<Coin> {
    height += 1;
    const block = await litecoind.rpc('getblock', [await litecoind.rpc('getblockhash', [height]), 2]);
    const [reward] = (block as { tx: { txid: string; vout: { value: number }[] }[] }).tx;
    return { txId: reward!.txid, index: 0, satoshis: Math.round(reward!.vout[0]!.value * 1e8) };
  }

  it('the node shows where a transaction is: nowhere, waiting, in a block, and how deep', async () => {
    const sent = await spend([await coin()]);
    expect(await inclusion(sent)).toEqual({ kind: 'absent' });
    await send(sent);
    expect(await inclusion(sent)).toEqual({ kind: 'waiting' });
    const [block] = (await mine(1)) as string[];
    expect(await inclusion(sent)).toEqual({ kind: 'included', depth: 1, block });
    await mine(5);
    expect(await inclusion(sent)).toEqual({ kind: 'included', depth: 6, block });
    expect(await litecoin.node.fate?.(sent, node)).toBe('known');
    expect(await send(sent)).toEqual({ txId: sent.txId });
  });

  it('the node shows that a reorganisation threw out the block of a transaction', async () => {
    const sent = await spend([await coin()]);
    await send(sent);
    const [block] = (await mine(2)) as string[];
    expect(await inclusion(sent)).toMatchObject({ kind: 'included', depth: 2 });
    await litecoind.rpc('invalidateblock', [block]);
    expect(await inclusion(sent)).toEqual({ kind: 'waiting' });
    await litecoind.rpc('reconsiderblock', [block]);
    expect(await inclusion(sent)).toMatchObject({ kind: 'included', depth: 2, block });
  });

  it('the node shows that a reorganisation replaced this transaction with another one', async () => {
    const from = await coin();
    const [sent, rival] = [await spend([from]), await spend([from], { less: 5_000_000 })];
    await send(sent);
    const [block] = (await mine(1)) as string[];
    await litecoind.rpc('invalidateblock', [block]);
    // Mined beside the pool, as another miner would.
    await litecoind.rpc('generateblock', [address, [rival.raw]]);
    await mine(1);
    expect(await inclusion(rival)).toMatchObject({ kind: 'included', depth: 2 });
    if (index === '-txindex=1') {
      expect(await inclusion(sent)).toEqual({ kind: 'absent' });
      await expect(send(sent)).rejects.toMatchObject({ code: 'BROADCAST_REFUSED' });
    } else {
      await expect(inclusion(sent)).rejects.toMatchObject({ code: 'NODE_REFUSED' });
      await expect(send(sent)).rejects.toMatchObject({ code: 'BROADCAST_DEFERRED' });
    }
  });

  it('bytes are kept for later when another transaction in the pool spends their output', async () => {
    const from = await coin();
    const [rival, sent] = [await spend([from], { less: 100_000 }), await spend([from])];
    await send(rival);
    await expect(send(sent)).rejects.toMatchObject({ code: 'BROADCAST_DEFERRED' });
    await mine(1);
  });

  it('bytes with outputs that are all spent again are known, or their fate is unknown', async () => {
    const sent = await spend([await coin()]);
    await send(sent);
    await send(await spend([sent.coin]));
    await mine(1);
    if (index === '-txindex=1') {
      expect(await inclusion(sent)).toMatchObject({ kind: 'included', depth: 1 });
      expect(await send(sent)).toEqual({ txId: sent.txId });
    } else {
      await expect(inclusion(sent)).rejects.toMatchObject({
        code: 'NODE_REFUSED',
        message: expect.stringContaining('txindex'),
      });
      await expect(send(sent)).rejects.toMatchObject({ code: 'BROADCAST_DEFERRED' });
    }
  });

  it('the node finds a transaction by any of its outputs', async () => {
    const sent = await spend([await coin()], { parts: 3 });
    await send(sent);
    await send(await spend([sent.coin]));
    const [block] = (await mine(1)) as string[];
    await mine(2);
    expect(await inclusion(sent)).toEqual({ kind: 'included', depth: 3, block });
  });

  it('the node refuses for good what time cannot mend', async () => {
    const from = await coin();
    const { raw, ...rest } = await spend([from]);
    const damaged = { ...rest, raw: raw.replace(/^(.{100})../, (_, start: string) => `${start}00`) };
    await expect(send(damaged)).rejects.toMatchObject({ code: 'BROADCAST_REFUSED' });
  });

  it('the spent outputs of a transaction are passed to the node', async () => {
    const coins = [await coin(), await coin()];
    const { completed, raw, txId } = await spend(coins);
    const { spends } = litecoin.codec.parse(completed, { network: 'testnet', from: address, signers: [key] });
    expect(spends).toEqual(coins.map((one) => `${one.txId}:${one.index}`));
    await send({ raw, txId, completed, sender: address });
    const [found] = [await litecoind.rpc('getrawtransaction', [txId, true])] as [
      { vin: { txid: string; vout: number }[] },
    ];
    expect(found.vin.map(({ txid, vout }) => `${txid}:${vout}`)).toEqual(spends);
  });
});
