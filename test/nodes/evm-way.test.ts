import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Wallet } from '../../dist/core/signing/wallet.js';
import { tokenCalls, tokenCreationCode } from '../support/contracts.js';
import { startApprover, startWay, type Way } from '../support/way.js';

const receiver = '0x2222222222222222222222222222222222222222';

describe('through gateway and daemon, a real blockchain mines', () => {
  let way: Way;
  let wallet: Wallet;
  let hd: Wallet;
  let token = '';

  beforeAll(async () => {
    way = await startWay();
    wallet = await way.wallet('key');
    hd = await way.wallet('hd');
  });
  afterAll(() => way.close());

  /** Submits with plain fetch, lets the daemon make one round, and reads what the chain has of it. */
  async function mine(path: string, body: Record<string, unknown>) {
    const submitted = await way.post(path, body);
    expect(submitted).toMatchObject({ status: 200 });
    const id = String(submitted.body['signatureId']);
    expect(id).toMatch(/^[0-9a-f]{24}$/);
    expect(await way.runOnce()).toMatchObject({ completed: 1, failed: 0 });
    const status = (await way.get(`/v3/kms/${id}`)) as { body: { txId: string } };
    const receipt = await way.chain.receipt(status.body.txId);
    expect(receipt.status).toBe('0x1');
    return { id, receipt, txId: status.body.txId };
  }

  it('a legacy transfer of a private-key wallet is mined', async () => {
    const body = {
      to: receiver,
      amount: '0.5',
      currency: 'ETH',
      signatureId: wallet.signatureId,
      fee: { gasLimit: '21000', gasPrice: '10' },
    };
    const { receipt } = await mine('/v3/ethereum/transaction', body);
    expect(receipt).toMatchObject({ type: '0x0', from: wallet.address, to: receiver });
    expect(BigInt(String(await way.chain.rpc('eth_getBalance', [receiver, 'latest'])))).toBe(5n * 10n ** 17n);
  });

  it('a transfer of a mnemonic wallet by index is mined, with everything asked from the node', async () => {
    const { receipt } = await mine('/v3/ethereum/transaction', {
      to: receiver,
      amount: '1',
      currency: 'ETH',
      signatureId: hd.signatureId,
      index: 0,
    });
    expect(receipt).toMatchObject({ from: hd.address, to: receiver });
  });

  it('an EIP-1559 transfer is mined', async () => {
    const { receipt } = await mine('/v3/ethereum/transaction', {
      to: receiver,
      amount: '0.1',
      currency: 'ETH',
      signatureId: wallet.signatureId,
      type: '0x2',
      maxFeePerGas: '20',
      maxPriorityFeePerGas: '1',
    });
    expect(receipt.type).toBe('0x2');
  });

  it('an EIP-2930 transfer with an access list is mined', async () => {
    const { receipt } = await mine('/v3/ethereum/transaction', {
      to: receiver,
      amount: '0.1',
      currency: 'ETH',
      signatureId: wallet.signatureId,
      type: '0x1',
      accessList: [{ address: receiver, storageKeys: [`0x${'00'.repeat(32)}`] }],
    });
    expect(receipt.type).toBe('0x1');
  });

  it('a contract creation is mined', async () => {
    const data = tokenCreationCode(10n ** 24n);
    const { receipt } = await mine('/v3/ethereum/transaction', {
      data,
      currency: 'ETH',
      amount: '0',
      signatureId: wallet.signatureId,
    });
    token = String(receipt.contractAddress);
    expect(token).toMatch(/^0x[0-9a-f]{40}$/);
  });

  it('an ERC-20 transfer is mined', async () => {
    const { receipt } = await mine('/v3/blockchain/token/transaction', {
      chain: 'ETH',
      to: receiver,
      contractAddress: token,
      amount: '12.5',
      digits: 18,
      signatureId: wallet.signatureId,
    });
    expect(receipt.to).toBe(token);
    const balance = await way.chain.rpc('eth_call', [{ to: token, data: tokenCalls.balanceOf(receiver) }, 'latest']);
    expect(BigInt(String(balance))).toBe(125n * 10n ** 17n);
  });

  it('ten transfers of one sender in one round are mined in order, each with its own nonce', async () => {
    const before = Number(await way.chain.rpc('eth_getTransactionCount', [wallet.address, 'latest']));
    for (let at = 0; at < 10; at++) {
      const body = { to: receiver, amount: `0.00${at + 1}`, currency: 'ETH', signatureId: wallet.signatureId };
      expect((await way.post('/v3/ethereum/transaction', body)).status).toBe(200);
    }
    expect(await way.runOnce()).toMatchObject({ completed: 10, failed: 0, waiting: 0 });
    const after = Number(await way.chain.rpc('eth_getTransactionCount', [wallet.address, 'latest']));
    expect(after - before).toBe(10);
  });

  it('a transfer through the own node of the operator is mined, and the cloud only hears of it', async () => {
    const body = { to: receiver, amount: '0.2', currency: 'ETH', signatureId: wallet.signatureId };
    const { body: answer } = await way.post('/v3/ethereum/transaction', body);
    expect(await way.runOnce({ node: `ETH=${way.chain.url}` })).toMatchObject({ completed: 1 });
    const { body: status } = (await way.get(`/v3/kms/${answer['signatureId']}`)) as { body: { txId: string } };
    expect((await way.chain.receipt(status.txId)).status).toBe('0x1');
  });

  it('a transaction that the four-eye service refuses is not mined until it is retried and allowed', async () => {
    const approver = await startApprover(403);
    const body = { to: receiver, amount: '0.3', currency: 'ETH', signatureId: wallet.signatureId };
    const { body: answer } = await way.post('/v3/ethereum/transaction', body);
    const id = String(answer['signatureId']);
    const before = await way.chain.rpc('eth_getTransactionCount', [wallet.address, 'latest']);
    const flags = { externalUrl: approver.url, externalUrlMethod: 'POST' };
    expect(await way.runOnce(flags)).toMatchObject({ denied: 1, completed: 0 });
    expect(await way.runOnce(flags)).toMatchObject({ denied: 0, completed: 0 });
    expect(await way.chain.rpc('eth_getTransactionCount', [wallet.address, 'latest'])).toBe(before);
    expect(approver.asked).toHaveLength(1);
    expect(approver.asked[0]).toMatchObject({ method: 'POST', path: `/approve/${id}` });
    expect(JSON.parse(approver.asked[0]!.body)).toMatchObject({
      id,
      chain: 'ETH',
      summary: { kind: 'transfer', to: receiver },
    });
    const house = way.house();
    await (await house.journal()).retry(id);
    await house.close();
    approver.status = 200;
    expect(await way.runOnce(flags)).toMatchObject({ completed: 1 });
    await approver.close();
  });

  it('a transaction with a chain id that is not allowed is not mined', async () => {
    const body = { to: receiver, amount: '0.3', currency: 'ETH', signatureId: wallet.signatureId };
    await way.post('/v3/ethereum/transaction', body);
    const house = way.house();
    expect(await way.runOnce({ chainId: undefined })).toMatchObject({ failed: 1, completed: 0 });
    const [entry] = await (await house.store()).journal.find({ states: ['failed'] });
    expect(entry).toMatchObject({ errorCode: 'CHAIN_ID_MISMATCH' });
    await house.close();
  });
});
