import { getContractAddress } from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ethereum } from '../../../src/chains/evm/chains/ethereum.js';
import { parseChainId } from '../../../src/core/ids.js';
import { creationCodes } from '../../../src/gateway/contracts/creation-codes.js';
import { type Carrier, problemsOf, startCarrier } from './carrier.js';

const stranger = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
const dead = '0x000000000000000000000000000000000000dEaD';
const operator = mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex: 9 });
const factory = getContractAddress({ from: operator.address, nonce: 0n }).toLowerCase();
const eth = parseChainId('ETH');
let way: Carrier;
let owner: string;

beforeAll(async () => {
  const contracts = { tokens: new Map(), codes: new Map(), factories: new Map([[eth, factory]]) };
  way = await startCarrier({ contracts });
  owner = way.accounts[0]!;
  expect(await deploy(creationCodes['wallet-factory'])).toBe(factory);
});
afterAll(() => way.close());

async function deploy(data: string): Promise<string> {
  const hash = await way.running.node.rpc('eth_sendTransaction', [{ from: operator.address, data, gas: '0x989680' }]);
  return String((await way.running.node.receipt(String(hash))).contractAddress);
}

const all = {
  enableFungibleTokens: true,
  enableNonFungibleTokens: true,
  enableSemiFungibleTokens: true,
  enableBatchTransactions: true,
};

/** A wallet with coins and tokens of each kind. */
async function filledWallet(change: Partial<typeof all> = {}) {
  const made = await way.carry('/v3/blockchain/sc/custodial', { ...all, ...change });
  const wallet = made.contractAddress;
  const token = { symbol: 'T', name: 'T', supply: '100', digits: 6, address: wallet };
  const fungible = (await way.carry('/v3/blockchain/token/deploy', token)).contractAddress;
  const unique = (await way.carry('/v3/nft/deploy', { name: 'N', symbol: 'N' })).contractAddress;
  await way.carry('/v3/nft/mint', { contractAddress: unique, to: wallet, tokenId: '7', url: '' });
  const multi = (await way.carry('/v3/multitoken/deploy', { uri: 'u' })).contractAddress;
  await way.carry('/v3/multitoken/mint', { contractAddress: multi, to: wallet, tokenId: '8', amount: '50' });
  const sent = { from: operator.address, to: wallet, value: '0xde0b6b3a7640000' };
  await way.running.node.receipt(String(await way.running.node.rpc('eth_sendTransaction', [sent])));
  return { wallet, fungible, unique, multi, txId: made };
}

const tokens = (contract: string, account: string) =>
  way.ask(contract, 'function balanceOf(address) view returns (uint256)', account);
const kinds = (contract: string, account: string) =>
  way.ask(contract, 'function balanceOf(address,uint256) view returns (uint256)', account, 8n);
const ownerOf = async (contract: string) =>
  String(await way.ask(contract, 'function ownerOf(uint256) view returns (address)', 7n)).toLowerCase();

describe('a custody wallet', () => {
  test('sends coins and tokens of each kind', async () => {
    const { wallet, fungible, unique, multi } = await filledWallet();
    const send = (form: object) =>
      way.carry('/v3/blockchain/sc/custodial/transfer', { custodialAddress: wallet, recipient: stranger, ...form });
    const before = await way.balance(stranger);
    const coins = await send({ contractType: 3, amount: '0.25' });
    expect((await way.balance(stranger)) - before).toBe(25n * 10n ** 16n);
    expect(coins.unsigned.summary.tokens).toMatchObject([
      { standard: 'coin', from: wallet, to: stranger, amount: 25n * 10n ** 16n },
    ]);
    const sent = await send({ contractType: 0, tokenAddress: fungible, amount: '1.5' });
    expect(sent.unsigned.summary.tokens).toMatchObject([
      { action: 'transfer', from: wallet, to: stranger, contract: fungible, amount: 1_500_000n },
    ]);
    expect(await tokens(fungible, stranger)).toBe(1_500_000n);
    await send({ contractType: 1, tokenAddress: unique, tokenId: '7' });
    expect(await ownerOf(unique)).toBe(stranger);
    await send({ contractType: 2, tokenAddress: multi, tokenId: '8', amount: '5' });
    expect(await kinds(multi, stranger)).toBe(5n);
  });

  test('sends several assets at once', async () => {
    const { wallet, fungible, unique } = await filledWallet();
    const before = await way.balance(stranger);
    await way.carry('/v3/blockchain/sc/custodial/transfer/batch', {
      custodialAddress: wallet,
      recipient: [stranger, owner, stranger],
      contractType: [3, 0, 1],
      tokenAddress: ['0', fungible, unique],
      amount: ['0.5', '2', '0'],
      tokenId: ['0', '0', '7'],
    });
    expect((await way.balance(stranger)) - before).toBe(5n * 10n ** 17n);
    expect(await tokens(fungible, owner)).toBe(2_000_000n);
    expect(await ownerOf(unique)).toBe(stranger);
  });

  test('lets others take tokens of each kind', async () => {
    const { wallet, fungible, unique, multi } = await filledWallet();
    const approve = (form: object) =>
      way.carry('/v3/blockchain/sc/custodial/approve', { custodialAddress: wallet, spender: stranger, ...form });
    const one = await approve({ contractType: 0, tokenAddress: fungible, amount: '3' });
    expect(one.unsigned.summary.hazards).toMatchObject([{ kind: 'allowance', party: stranger, asset: fungible }]);
    const allowance = 'function allowance(address,address) view returns (uint256)';
    expect(await way.ask(fungible, allowance, wallet, stranger)).toBe(3_000_000n);
    await approve({ contractType: 1, tokenAddress: unique, tokenId: '7' });
    const taker = await way.ask(unique, 'function getApproved(uint256) view returns (address)', 7n);
    expect(String(taker).toLowerCase()).toBe(stranger);
    const whole = await approve({ contractType: 2, tokenAddress: multi, tokenId: '8', amount: '1' });
    expect(whole.unsigned.summary.hazards).toMatchObject([{ kind: 'approve-all', party: stranger, asset: multi }]);
    const isAllowed = 'function isApprovedForAll(address,address) view returns (bool)';
    expect(await way.ask(multi, isAllowed, wallet, stranger)).toBe(true);
  });

  test('obeys its owner alone, and does what it was made for alone', async () => {
    const { wallet, fungible, unique } = await filledWallet({
      ...{ enableNonFungibleTokens: false, enableBatchTransactions: false },
    });
    const transfer = 'function transfer(address,uint256,address,uint256,uint256)';
    const send = (from: string, token: string, kind: bigint) =>
      way.call(from, wallet, transfer, token, kind, stranger, 1n, 7n);
    expect((await send(way.accounts[1]!, fungible, 0n)).status).toBe('0x0');
    expect((await send(owner, unique, 1n)).status).toBe('0x0');
    expect((await send(owner, fungible, 4n)).status).toBe('0x0');
    const batch = 'function transferBatch(address[],uint256[],address[],uint256[],uint256[])';
    expect((await way.call(owner, wallet, batch, [dead], [3n], [stranger], [1n], [0n])).status).toBe('0x0');
    expect((await way.call(way.accounts[1]!, wallet, 'function initialize(address)', stranger)).status).toBe('0x0');
    expect((await send(owner, fungible, 0n)).status).toBe('0x1');
  });

  test.each([
    ['coins without an amount', { contractType: 3 }, ['amount']],
    ['a token without an address', { contractType: 0, amount: '1' }, ['tokenAddress']],
    ['a unique token without a number', { contractType: 1, tokenAddress: stranger }, ['tokenId']],
    ['an unknown kind', { contractType: 4 }, ['contractType']],
    ['a receiver that no key has', { contractType: 3, amount: '1', recipient: dead }, ['recipient']],
  ])('is not asked to send %s', async (_name, form, problems) => {
    const named = { custodialAddress: way.accounts[1], recipient: stranger, ...form };
    expect(problemsOf(await way.submit('/v3/blockchain/sc/custodial/transfer', named))).toEqual(problems);
  });

  test('is not asked to send lists that do not fit each other', async () => {
    const lists = { recipient: [stranger], contractType: [3], tokenAddress: ['0'], amount: ['1', '2'], tokenId: ['0'] };
    const answer = await way.submit('/v3/blockchain/sc/custodial/transfer/batch', {
      custodialAddress: stranger,
      ...lists,
    });
    expect(problemsOf(answer)).toEqual(['amount']);
  });

  test('is not created for no kind of tokens', async () => {
    const none = { enableFungibleTokens: false, enableNonFungibleTokens: false, enableSemiFungibleTokens: false };
    expect(problemsOf(await way.submit('/v3/blockchain/sc/custodial', { ...all, ...none }))).toEqual([
      'enableFungibleTokens',
    ]);
  });

  test('of its own code is created where the operator brings some', async () => {
    const codes = new Map([['custody-20-1155-batch', '0x60006000f3']]);
    const other = await startCarrier({ contracts: { tokens: new Map(), codes, factories: new Map() } });
    const form = { ...all, enableNonFungibleTokens: false };
    expect(await other.queued('/v3/blockchain/sc/custodial', form)).toMatchObject({ data: '0x60006000f3' });
    const batch = { batchCount: 2, owner };
    expect(await other.submit('/v3/blockchain/sc/custodial/batch', batch)).toMatchObject({
      status: 501,
      body: { errorCode: 'NOT_OFFERED' },
    });
    await other.close();
  });
});

describe('a factory of wallets', () => {
  test('is created by a request', async () => {
    const { contractAddress } = await way.carry('/v3/gas-pump/factory', {});
    const code = (address: string) => way.running.node.rpc('eth_getCode', [address, 'latest']);
    // The address of the wallet that is copied differs.
    expect(String(await code(contractAddress)).length).toBe(String(await code(factory)).length);
  });

  test('makes as many as a request says, whose addresses its transaction tells', async () => {
    const made = await way.carry('/v3/blockchain/sc/custodial/batch', { batchCount: 3, owner });
    const { body } = await way.running.get(`/v3/blockchain/sc/custodial/ETH/${made.txId}`);
    expect(body).toHaveLength(3);
    for (const wallet of body) {
      expect(String(await way.ask(wallet, 'function owner() view returns (address)')).toLowerCase()).toBe(owner);
    }
  });

  test('makes them at addresses that were known before', async () => {
    const asked = { chain: 'ETH', owner, from: 3, to: 5 };
    const { status, body } = await way.running.post('/v3/gas-pump', asked);
    expect([status, body.length]).toEqual([200, 3]);
    const sent = { from: operator.address, to: body[1], value: '0x2386f26fc10000' };
    await way.running.node.receipt(String(await way.running.node.rpc('eth_sendTransaction', [sent])));
    const activated = async (index: number) =>
      (await way.running.get(`/v3/gas-pump/activated/ETH/${owner}/${index}`)).body;
    expect(await activated(4)).toEqual({ activated: false });
    const made = await way.carry('/v3/gas-pump/activate', { owner, from: 4, to: 5 });
    expect(await activated(4)).toEqual({ activated: true });
    expect(await activated(3)).toEqual({ activated: false });
    expect((await way.running.get(`/v3/gas-pump/address/ETH/${made.txId}`)).body).toEqual({
      valid: [
        { index: 4, address: body[1] },
        { index: 5, address: body[2] },
      ],
      invalid: [],
    });
    const spent = { custodialAddress: body[1], recipient: stranger, contractType: 3, amount: '0.01' };
    await way.carry('/v3/blockchain/sc/custodial/transfer', spent);
    expect(await way.balance(body[1])).toBe(0n);
    const again = await way.carry('/v3/gas-pump/activate', { owner, from: 5, to: 5 });
    expect((await way.running.get(`/v3/gas-pump/address/ETH/${again.txId}`)).body).toEqual({
      valid: [],
      invalid: [{ address: body[2], reason: 'exists already' }],
    });
  });

  test('is asked for no more wallets than one transaction can make, and for none backwards', async () => {
    const activate = (from: number, to: number) => way.submit('/v3/gas-pump/activate', { owner, from, to });
    expect(problemsOf(await activate(0, 270))).toEqual(['to']);
    expect(problemsOf(await activate(5, 4))).toEqual(['to']);
    const asked = { chain: 'ETH', owner, from: 0, to: 5000 };
    expect(problemsOf(await way.running.post('/v3/gas-pump', asked))).toEqual(['to']);
    expect(problemsOf(await way.running.post('/v3/gas-pump', { chain: 'ETH', from: 0, to: 1 }))).toEqual(['owner']);
  });

  test('that makes its wallets at other addresses is refused, so that nobody pays to what cannot be spent', async () => {
    // Answers every question with the same address.
    const liar = await deploy(liarCode);
    const contracts = { tokens: new Map(), codes: new Map(), factories: new Map([[eth, liar]]) };
    const other = await startCarrier({ contracts, nodes: new Map([[eth, way.running.node.url]]) });
    const answer = await other.running.post('/v3/gas-pump', { chain: 'ETH', owner, from: 0, to: 1 });
    expect(answer.body.errorCode).toBe('CONFIG_INVALID');
    await other.close();
  });

  test('of the field has its wallets at the same addresses', () => {
    // Observed: what a factory of the documented API answered on a local chain.
    const place = {
      factory: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
      owner: '0x1111111111111111111111111111111111111111',
    };
    const { builder } = ethereum;
    const found = builder?.kind === 'evm' ? builder.walletAddresses(place, [0n, 1n, 5n]) : [];
    expect(found.map((address) => address.toLowerCase())).toEqual([
      '0xb1583af59015ebeaf8c0d84a7e0502e75042b2b8',
      '0x4492b6d501a638188d05ddd9cf7e95d71970df2b',
      '0x287ced9796ba95db0c07358e84b0057f28dd4d56',
    ]);
  });
});

/** Creation code of a contract that answers every question with three words of 17. */
const runtime = '60116000526011602052601160405260606000f3';
const liarCode = `0x60${(runtime.length / 2).toString(16).padStart(2, '0')}80600b6000396000f3${runtime}`;

describe('a record', () => {
  test('is text in the data of a transaction that moves nothing', async () => {
    const before = await way.balance(stranger);
    const written = await way.carry('/v3/record', { data: 'invoice 4711 – paid', to: stranger });
    const sent = (await way.running.node.rpc('eth_getTransactionByHash', [written.txId])) as { input: string };
    expect(Buffer.from(sent.input.slice(2), 'hex').toString('utf8')).toBe('invoice 4711 – paid');
    expect(await way.balance(stranger)).toBe(before);
  });

  test('needs an address, because the gateway does not know that of a signature id', async () => {
    expect(problemsOf(await way.submit('/v3/record', { data: 'text' }))).toEqual(['to']);
    expect(await way.queued('/v3/record', { data: 'text', from: owner })).toMatchObject({ data: '0x74657874' });
  });
});
