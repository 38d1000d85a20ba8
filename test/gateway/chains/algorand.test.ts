import algosdk from 'algosdk';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { algorand } from '../../../src/chains/algorand/index.js';
import { testGenesis } from '../../chains/algorand/asking.js';
import { keyOf } from '../../chains/signing.js';
import { signatureId } from '../running.js';
import { type Carrying, expectStrict, startCarrying } from './carrying.js';
import { ASSET, algorandLedger } from './ledgers.js';

const key = keyOf(algorand);
const from = key.address;
const to = keyOf(algorand, 0x22).address;

const ledger = algorandLedger(key, to);
const { taken } = ledger;

let carrying: Carrying;
beforeAll(async () => {
  carrying = await startCarrying('ALGO', ledger.says);
});
afterAll(() => carrying.close());
beforeEach(() => {
  taken.clear();
  ledger.told = {};
});

const payment = { from, to, amount: '1.5', signatureId };
const token = { chain: 'ALGO', from, to, contractAddress: `${ASSET}`, amount: '2.5', digits: 6, signatureId };
const creation = { chain: 'ALGO', from, name: 'My_token', symbol: 'MYT', supply: '1000.5', digits: 2, signatureId };
const unique = { chain: 'ALGO', from, to, contractAddress: `${ASSET}`, signatureId };
const mint = { chain: 'ALGO', from, name: 'My NFT', url: 'ipfs://one', signatureId };

async function carried(path: string, form: object): Promise<algosdk.Transaction> {
  await carrying.queued(await carrying.ask.post(path, form));
  const [id] = await carrying.carry(key);
  const found = taken.get(id ?? '');
  if (found === undefined) throw new Error('nothing was taken');
  expect(found.sender.toString()).toBe(from);
  return found;
}

describe('forms of Algorand', () => {
  test('coins are paid with their note, for the fee that the request names', async () => {
    const found = await carried('/v3/algorand/transaction', { ...payment, note: 'Miete für May', fee: '0.002' });
    expect(found.payment?.receiver.toString()).toBe(to);
    expect([found.payment?.amount, found.fee]).toEqual([1_500_000n, 2000n]);
    expect(Buffer.from(found.note).toString()).toBe('Miete für May');
  });

  test('an asset is received, sent and sent by units for the least fee', async () => {
    const opened = await carried('/v3/algorand/asset/receive', { from, assetId: ASSET, signatureId });
    expect(opened.assetTransfer).toMatchObject({ assetIndex: BigInt(ASSET), amount: 0n });
    expect(opened.assetTransfer?.receiver.toString()).toBe(from);
    const sent = await carried('/v3/blockchain/token/transaction', token);
    expect(sent.assetTransfer).toMatchObject({ assetIndex: BigInt(ASSET), amount: 2_500_000n });
    expect(sent.assetTransfer?.receiver.toString()).toBe(to);
    expect((await carried('/v3/nft/transaction', unique)).assetTransfer?.amount).toBe(1n);
    const parts = await carried('/v3/nft/transaction', { ...unique, amount: 7 });
    expect([parts.assetTransfer?.amount, parts.fee]).toEqual([7n, 1000n]);
  });

  test('assets are made and destroyed', async () => {
    const made = await carried('/v3/blockchain/token/deploy', { ...creation, url: 'https://example.com' });
    expect(made.assetConfig).toMatchObject({
      ...{ assetIndex: 0n, total: 100_050n, decimals: 2, defaultFrozen: false },
      ...{ unitName: 'MYT', assetName: 'My_token', assetURL: 'https://example.com' },
    });
    expect(made.assetConfig?.manager?.toString()).toBe(from);
    expect(made.assetConfig?.clawback).toBeUndefined();
    const one = await carried('/v3/nft/mint', { ...mint, attr: { assetUnit: 'NFT', clawback: to } });
    expect(one.assetConfig).toMatchObject({ total: 1n, decimals: 0, assetName: 'My NFT', assetURL: 'ipfs://one' });
    expect([one.assetConfig?.clawback?.toString(), one.assetConfig?.manager]).toEqual([to, undefined]);
    const parted = await carried('/v3/nft/mint', { ...mint, attr: { total: 100, decimals: 2 } });
    expect(parted.assetConfig).toMatchObject({ total: 100n, decimals: 2 });
    for (const path of ['/v3/blockchain/token/burn', '/v3/nft/burn']) {
      const burned = await carried(path, { chain: 'ALGO', from, contractAddress: `${ASSET}`, signatureId });
      expect(burned.assetConfig).toMatchObject({ assetIndex: BigInt(ASSET), total: 0n });
    }
  });

  test('a hundred equal payments are all different, and all take effect', async () => {
    for (let count = 0; count < 100; count += 1) {
      await carrying.queued(await carrying.ask.post('/v3/algorand/transaction', payment));
      // Rounds go on while an application hands in.
      if (count % 10 === 9) ledger.round += 1;
    }
    const ids = await carrying.carry(key);
    expect(new Set(ids).size).toBe(100);
    expect(taken.size).toBe(100);
  });

  test('coins and assets are queued in the form that Tatum KMS reads', async () => {
    for (const [path, form] of [
      ['/v3/algorand/transaction', payment],
      ['/v3/blockchain/token/transaction', token],
    ] as const) {
      const queued = JSON.parse(await carrying.queued(await carrying.ask.post(path, form)));
      const printed = (text: string) => {
        const { publicKey } = algosdk.decodeAddress(text);
        return { publicKey: Object.fromEntries(publicKey.entries()) };
      };
      // A flat fee: that program multiplies any other one by the size.
      expect(queued).toMatchObject({ name: 'Transaction', flatFee: true, fee: 1000, genesisID: 'testnet-v1.0' });
      expect(queued).toMatchObject({ from: printed(from), to: printed(to), note: {}, lease: {}, appArgs: [] });
      expect(queued.genesisHash).toEqual({ type: 'Buffer', data: [...Buffer.from(testGenesis, 'base64')] });
      expect(queued.lastRound - queued.firstRound).toBe(1000);
    }
    await carrying.carry(key);
  });

  test.each([
    ['/v3/algorand/transaction', payment, ['from', 'to', 'amount', 'signatureId']],
    ['/v3/algorand/asset/receive', { from, assetId: ASSET, signatureId }, ['from', 'assetId', 'signatureId']],
    [
      '/v3/blockchain/token/transaction',
      token,
      ['chain', 'from', 'to', 'contractAddress', 'amount', 'digits', 'signatureId'],
    ],
    ['/v3/blockchain/token/deploy', creation, ['from', 'name', 'symbol', 'supply', 'digits', 'signatureId']],
    ['/v3/blockchain/token/burn', unique, ['from', 'contractAddress', 'signatureId']],
    ['/v3/nft/mint', mint, ['from', 'name', 'url', 'signatureId']],
    ['/v3/nft/transaction', unique, ['from', 'to', 'contractAddress', 'signatureId']],
    ['/v3/nft/burn', unique, ['from', 'contractAddress', 'signatureId']],
  ])('%s names the member that is missing or wrong', async (path, form, members) => {
    await expectStrict(carrying, path, { form, members });
  });

  test.each<[string, object, object, string]>([
    ['/v3/algorand/transaction', payment, { amount: '1.0000001' }, 'amount'],
    ['/v3/algorand/transaction', payment, { to: `${to.slice(0, -1)}A` }, 'to'],
    ['/v3/algorand/transaction', payment, { note: 'é'.repeat(600) }, 'note'],
    ['/v3/blockchain/token/deploy', creation, { name: 'two words' }, 'name'],
    ['/v3/nft/mint', mint, { attr: { total: 100, decimals: 1 } }, 'attr.total'],
    ['/v3/nft/mint', mint, { attr: { manager: `${from.slice(0, -1)}A` } }, 'attr.manager'],
  ])('%s refuses a wrong value (%#)', async (path, form, change, property) => {
    const given = await carrying.ask.post(path, { ...form, ...change });
    expect([given.status, given.body.data?.[0]?.property]).toEqual([400, property]);
  });

  test.each<[string, object, typeof ledger.told, string]>([
    ['/v3/blockchain/token/transaction', token, { decimals: 2 }, 'AMOUNT_INVALID'],
    ['/v3/blockchain/token/transaction', token, { optedIn: false }, 'RECEIVER_UNFIT'],
    ['/v3/nft/transaction', unique, { optedIn: false }, 'RECEIVER_UNFIT'],
    [
      '/v3/algorand/transaction',
      payment,
      { genesis: 'wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8=' },
      'CHAIN_ID_MISMATCH',
    ],
    ['/v3/algorand/transaction', { ...payment, fee: '0.0009' }, {}, 'FEE_INVALID'],
  ])('%s is not queued where the node says something else (%#)', async (path, form, says, code) => {
    ledger.told = says;
    const given = await carrying.ask.post(path, form);
    expect([given.status >= 400, given.body.errorCode], JSON.stringify(given.body)).toEqual([true, code]);
    expect((await carrying.ask.post('/v3/kms/pending/ALGO', { signatureIds: [signatureId] })).body).toEqual([]);
  });
});
