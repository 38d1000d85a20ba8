import { TronWeb } from 'tronweb';
import { decodeFunctionResult, encodeFunctionData, parseAbi } from 'viem';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChainId } from '../../../src/core/ids.js';
import { keyOf } from '../../chains/signing.js';
import { type Anvil, startAnvil } from '../../support/anvil.js';
import { answers } from '../../support/payment-nodes/tron.js';
import { signatureId } from '../running.js';
import { type AccountGateway, faultsOf, membersAtFault, registry, startAccountGateway } from './account-gateway.js';

const tron = registry.get('TRON');
const key = keyOf(tron);
const from = key.address;
const to = keyOf(tron, 0x22).address;
let gateway: AccountGateway;
let machine: Anvil;
/** Where the newest contract is, as the machine shows it. */
let created = '';
/** Makes wallets, once it is there. */
const factories = new Map<ChainId, string>();

interface Called {
  readonly owner_address: string;
  readonly contract_address: string;
  readonly data?: string;
  readonly new_contract?: { readonly bytecode: string };
}

/** A node of Tron whose contracts run on a local machine: both networks have the same machine code. */
async function says(name: string, asked: unknown): Promise<unknown> {
  const { value = '', contract_address, owner_address, data } = asked as Partial<Called> & { readonly value?: string };
  if (name === '/wallet/getcontract') {
    return { bytecode: String(await machine.rpc('eth_getCode', [bare(value), 'latest'])).slice(2) };
  }
  if (name === '/wallet/triggerconstantcontract') {
    const call = { from: bare(owner_address), to: bare(contract_address), data: `0x${data}` };
    try {
      const result = String(await machine.rpc('eth_call', [call, 'latest'])).slice(2);
      return { result: { result: true }, constant_result: [result], transaction: { ret: [{}] }, energy_used: 1 };
    } catch {
      return { result: { result: true }, constant_result: [''], transaction: { ret: [{ ret: 'FAILED' }] } };
    }
  }
  if (name !== '/wallet/broadcasttransaction') return answers[name] ?? {};
  const { txID, raw_data } = asked as { txID: string; raw_data: { contract: [{ parameter: { value: Called } }] } };
  const call = raw_data.contract[0].parameter.value;
  const sent = { from: bare(call.owner_address), gas: '0x1c9c380' };
  const code = call.new_contract?.bytecode;
  const hash = await machine.rpc('eth_sendTransaction', [
    code === undefined
      ? { ...sent, to: bare(call.contract_address), data: `0x${call.data}` }
      : { ...sent, data: `0x${code}` },
  ]);
  const { status, contractAddress } = await machine.receipt(String(hash));
  if (contractAddress) created = String(contractAddress);
  return status === '0x1' ? { result: true, txid: txID } : { result: false, code: 'CONTRACT_EXE_ERROR' };
}

const bare = (address = '') => `0x${address.slice(-40)}`;
const shown = (address: string) => TronWeb.address.fromHex(`41${address.slice(2)}`);

beforeAll(async () => {
  machine = await startAnvil({ chainId: 31337 });
  const account = TronWeb.address.toHex(from);
  await machine.rpc('anvil_impersonateAccount', [bare(account)]);
  await machine.rpc('anvil_setBalance', [bare(account), '0x56bc75e2d63100000']);
  gateway = await startAccountGateway(says, Date.now, {
    contracts: { tokens: new Map(), codes: new Map(), factories },
  });
});
afterAll(async () => {
  await gateway.close();
  await machine.close();
});

const signed = { chain: 'TRON', from, signatureId, feeLimit: 600 };
const collection = parseAbi([
  'function ownerOf(uint256) view returns (address)',
  'function tokenURI(uint256) view returns (string)',
  'function balanceOf(address) view returns (uint256)',
  'function decimals() view returns (uint8)',
  'function name() view returns (string)',
  'function allowance(address,address) view returns (uint256)',
]);

async function read(
  contract: string,
  functionName: 'ownerOf' | 'tokenURI' | 'balanceOf' | 'decimals' | 'name' | 'allowance',
  args: unknown[],
) {
  const data = encodeFunctionData({ abi: collection, functionName, args } as never);
  const answer = await machine.rpc('eth_call', [{ to: contract, data }, 'latest']);
  return decodeFunctionResult({ abi: collection, functionName, data: answer } as never) as unknown;
}

async function carried(path: string, form: object): Promise<string> {
  const answer = await gateway.post(path, form);
  expect(answer).toEqual({ status: 200, body: { signatureId: expect.any(String) } });
  expect(await gateway.carry(tron, key)).toHaveLength(1);
  return gateway.queued(answer);
}

const owned = async (contract: string, id: bigint) =>
  shown(String(await read(contract, 'ownerOf', [id])).toLowerCase());

describe('contracts on TRON', () => {
  test('a collection is created, minted, transferred and burned by the forms of the documented API', async () => {
    const text = await carried('/v3/nft/deploy', { ...signed, name: 'Ältere Items', symbol: 'IT' });
    const { raw_data: raw } = JSON.parse(text);
    expect(raw.fee_limit).toBe(600_000_000);
    expect(raw.contract[0].parameter.value.new_contract).toMatchObject({
      name: 'Ältere Items',
      origin_energy_limit: 1,
    });
    const collectionAt = created;
    expect(await read(collectionAt, 'name', [])).toBe('Ältere Items');
    const contractAddress = shown(collectionAt);
    const url = 'ipfs://1';
    await carried('/v3/nft/mint', { ...signed, contractAddress, to: from, tokenId: '1', url });
    expect([await owned(collectionAt, 1n), await read(collectionAt, 'tokenURI', [1n])]).toEqual([from, url]);
    const batch = { to: [from, to], tokenId: ['2', '3'], url: [url, url] };
    await carried('/v3/nft/mint/batch', { ...signed, contractAddress, ...batch });
    expect([await owned(collectionAt, 2n), await owned(collectionAt, 3n)]).toEqual([from, to]);
    await carried('/v3/nft/transaction', { ...signed, contractAddress, to, tokenId: '1' });
    expect(await owned(collectionAt, 1n)).toBe(to);
    await carried('/v3/nft/burn', { ...signed, contractAddress, tokenId: '2' });
    await expect(owned(collectionAt, 2n)).rejects.toThrowError();
  });

  test('a token is created by the form of the documented API, and sent with the decimals of its contract', async () => {
    const form = {
      from,
      signatureId,
      recipient: from,
      name: 'My token',
      symbol: 'MY',
      totalSupply: 100_000,
      decimals: 2,
    };
    await carried('/v3/tron/trc20/deploy', form);
    const at = created;
    const holder = bare(TronWeb.address.toHex(from));
    expect(await read(at, 'decimals', [])).toBe(2);
    expect(await read(at, 'balanceOf', [holder])).toBe(100_000n);
    await carried('/v3/tron/trc20/transaction', {
      from,
      signatureId,
      to,
      amount: '1.25',
      tokenAddress: shown(at),
      feeLimit: 50,
    });
    expect(await read(at, 'balanceOf', [bare(TronWeb.address.toHex(to))])).toBe(125n);
  });

  test('wallets of customers are made, alone and by a factory, and send coins and tokens on the word of their owner', async () => {
    const kinds = { enableFungibleTokens: true, enableNonFungibleTokens: true };
    const all = { ...kinds, enableSemiFungibleTokens: true, enableBatchTransactions: true };
    await carried('/v3/blockchain/sc/custodial', { ...signed, ...all });
    const wallet = created;
    const custodialAddress = shown(wallet);
    await machine.rpc('anvil_setBalance', [wallet, '0xf4240']);
    const sent = { ...signed, custodialAddress, recipient: to, contractType: 3, amount: '0.25' };
    const receiver = bare(TronWeb.address.toHex(to));
    const balance = async () => BigInt(String(await machine.rpc('eth_getBalance', [receiver, 'latest'])));
    const before = await balance();
    await carried('/v3/blockchain/sc/custodial/transfer', sent);
    expect((await balance()) - before).toBe(250_000n);

    const form = { from, signatureId, recipient: custodialAddress, name: 'My token', symbol: 'MY', decimals: 2 };
    await carried('/v3/tron/trc20/deploy', { ...form, totalSupply: 1000 });
    const token = created;
    await carried('/v3/blockchain/sc/custodial/transfer/batch', {
      ...{ ...signed, custodialAddress, recipient: [to, to], contractType: [0, 3], tokenId: ['0', '0'] },
      ...{ tokenAddress: [shown(token), '0'], amount: ['1.5', '0.5'] },
    });
    expect(await read(token, 'balanceOf', [receiver])).toBe(150n);
    expect((await balance()) - before).toBe(750_000n);
    const spender = {
      ...signed,
      custodialAddress,
      contractType: 0,
      tokenAddress: shown(token),
      spender: to,
      amount: '2',
    };
    await carried('/v3/blockchain/sc/custodial/approve', spender);
    expect(await read(token, 'allowance', [wallet, receiver])).toBe(200n);

    await carried('/v3/gas-pump/factory', signed);
    factories.set(tron.id, shown(created));
    const made = await machine.rpc('eth_blockNumber', []);
    await carried('/v3/blockchain/sc/custodial/batch', { ...signed, batchCount: 2, owner: from });
    const filter = { address: bare(TronWeb.address.toHex(factories.get(tron.id) ?? '')), fromBlock: made };
    const logs = (await machine.rpc('eth_getLogs', [filter])) as readonly unknown[];
    expect(logs).toHaveLength(2);
  });

  test('an address of a wallet that is known before is not offered, because factories cannot say it on TRON', async () => {
    const range = { chain: 'TRON', signatureId, feeLimit: 100, owner: from, from: 0, to: 1 };
    for (const path of ['/v3/gas-pump', '/v3/gas-pump/activate'])
      expect((await gateway.post(path, range)).status).toBe(501);
  });

  const contractAddress = 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t';
  const item = { ...signed, contractAddress, tokenId: '1' };
  const common = ['from', 'signatureId', 'feeLimit'];
  test.each([
    ['/v3/nft/deploy', { ...signed, name: 'Items', symbol: 'IT' }, [...common, 'name', 'symbol']],
    ['/v3/nft/mint', { ...item, to, url: 'x' }, [...common, 'contractAddress', 'tokenId', 'to']],
    [
      '/v3/nft/mint/batch',
      { ...item, to: [to], tokenId: ['1'], url: ['x'] },
      [...common, 'contractAddress', 'tokenId', 'to', 'url'],
    ],
    ['/v3/nft/transaction', { ...item, to }, [...common, 'contractAddress', 'tokenId', 'to']],
    ['/v3/nft/burn', item, [...common, 'contractAddress', 'tokenId']],
    [
      '/v3/tron/trc20/deploy',
      { from, signatureId, recipient: to, name: 'N', symbol: 'S', totalSupply: 1, decimals: 2 },
      ['from', 'signatureId', 'recipient', 'name', 'symbol', 'totalSupply', 'decimals'],
    ],
  ])('POST %s on TRON names the members that are missing or wrong', async (path, form, required) => {
    for (const [name, body] of faultsOf(form, required)) {
      const answer = membersAtFault(await gateway.post(path, body));
      expect([name, answer]).toEqual([name, { status: 400, code: 'validation.failed', members: [name] }]);
    }
  });

  test.each([
    ['/v3/nft/mint', { ...item, to, url: 'x' }],
    ['/v3/nft/transaction', { ...item, to }],
    ['/v3/nft/burn', item],
  ])('POST %s on TRON refuses an address without a contract', async (path, form) => {
    const answer = membersAtFault(await gateway.post(path, form));
    expect(answer).toEqual({ status: 400, code: 'validation.failed', members: ['contractAddress'] });
  });

  test('a supply that JSON cannot hold exactly is taken as a text only', async () => {
    const form = { from, signatureId, recipient: to, name: 'N', symbol: 'S', decimals: 18 };
    expect((await gateway.post('/v3/tron/trc20/deploy', { ...form, totalSupply: 1e18 })).status).toBe(400);
    expect((await gateway.post('/v3/tron/trc20/deploy', { ...form, totalSupply: `${10n ** 18n}` })).status).toBe(200);
  });
});
