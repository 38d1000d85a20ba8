import { AbstractSigner } from 'ethers';
import { describe, expect, it } from 'vitest';
import { ethersSigner } from '../../src/client/ethers.js';
import { createClient } from '../../src/client/index.js';
import { viemWallet } from '../../src/client/viem.js';
import { freshSaying, shownTransaction } from './support.js';

const token = `custos_0123456789abcdef_${'5e'.repeat(32)}_abcdef01`;
const address = '0x52908400098527886e0f7030069857d2e4169ee7';
const to = '0x3333333333333333333333333333333333333333';
const txId = `0x${'ab'.repeat(32)}`;

describe('an adapter', () => {
  const server = freshSaying();
  const custos = () => createClient({ url: server().url, token, retries: 0 });
  const ready = () => {
    server().answers = [
      { status: 200, body: { chain: 'ETH', address } },
      { status: 202, body: shownTransaction({ state: 'broadcast', txId }) },
    ];
  };
  /** What the server was asked to sign, one a request. */
  const asked = () =>
    server()
      .arrived.filter(({ method }) => method === 'POST')
      .map(({ body }) => JSON.parse(JSON.parse(body).unsigned));

  it('for viem asks for the chain, the account and the bytes that viem would send', async () => {
    ready();
    const { actions } = await viemWallet({ custos: custos(), wallet: 'w' });
    const sepolia = actions({ chain: { id: 11155111 }, dataSuffix: { value: '0xabcd' } });
    await sepolia.sendTransaction({ to, account: address.toUpperCase().replace('0X', '0x') });
    await sepolia.sendTransaction({ to, chain: { id: 137 }, account: { address }, data: '0x12', dataSuffix: '0xff' });
    await sepolia.sendTransaction({ to, chain: null, chainId: 5, feeCurrency: to, type: 'cip64' });
    await actions().sendTransaction({ to });
    expect(asked()).toEqual([
      { to, chainId: 11155111, data: '0xabcd' },
      { to, chainId: 137, data: '0x12ff' },
      { type: 123, to, chainId: 5, data: '0xabcd', feeCurrency: to },
      { to },
    ]);
    for (const account of [to, { address: to }]) {
      await expect(sepolia.sendTransaction({ to, account })).rejects.toMatchObject({ code: 'CLIENT_OPTIONS' });
    }
    await expect(sepolia.sendTransaction({ to, paymaster: to })).rejects.toMatchObject({ code: 'CLIENT_OPTIONS' });
  });

  it('for ethers asks for the chain of the provider, and says what it sent when the provider fails then', async () => {
    ready();
    const provider = {
      getNetwork: async () => ({ chainId: 137n }),
      getTransaction: async () => {
        looks += 1;
        if (looks === 1) throw new Error('the node is down');
        return { hash: txId };
      },
    };
    let looks = 0;
    const options = { custos: custos(), wallet: 'w', provider: provider as never, AbstractSigner };
    const signer = await ethersSigner(options);
    expect(await signer.sendTransaction({ to, value: 1n })).toEqual({ hash: txId });
    expect(asked()).toEqual([{ to, from: address, value: '1', chainId: '137' }]);
    const sending = signer.connect(null).sendTransaction({ to, value: 1n });
    await expect(sending).rejects.toMatchObject({ code: 'CLIENT_OPTIONS' });
    expect(asked()).toHaveLength(1);
  });
});
