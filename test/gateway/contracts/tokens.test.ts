import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseChainId } from '../../../src/core/ids.js';
import { tokenCreationCode } from '../../support/contracts.js';
import { type Carrier, problemsOf, startCarrier } from './carrier.js';

const stranger = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
const other = '0x7e5f4552091a69125d5dfcb7b8c2659029395bdf';
let way: Carrier;
beforeAll(async () => {
  way = await startCarrier();
});
afterAll(() => way.close());

describe('a token of this program', () => {
  const form = { symbol: 'TKN', name: 'Token_1', supply: '1000.5', totalCap: '2000', digits: 6 };
  const deploy = async (change: object = {}) => {
    const address = way.accounts[0];
    return (await way.carry('/v3/blockchain/token/deploy', { ...form, address, ...change })).contractAddress;
  };

  test('has the names, decimals, supply and cap of its request', async () => {
    const contract = await deploy({ address: stranger });
    const ask = (name: string, type: string) => way.ask(contract, `function ${name}() view returns (${type})`);
    expect(await ask('name', 'string')).toBe('Token_1');
    expect(await ask('symbol', 'string')).toBe('TKN');
    expect(await ask('decimals', 'uint8')).toBe(6);
    expect(await ask('totalSupply', 'uint256')).toBe(1_000_500_000n);
    expect(await ask('cap', 'uint256')).toBe(2_000_000_000n);
    expect(await balance(contract, stranger)).toBe(1_000_500_000n);
  });

  test('without a cap has its supply as the cap', async () => {
    const { totalCap: _cap, ...uncapped } = form;
    const address = way.accounts[0];
    const { contractAddress } = await way.carry('/v3/blockchain/token/deploy', { ...uncapped, address });
    expect(await way.ask(contractAddress, 'function cap() view returns (uint256)')).toBe(1_000_500_000n);
  });

  test('is minted, sent, allowed and burned with the amounts of the requests', async () => {
    const contractAddress = await deploy();
    const minted = await way.carry('/v3/blockchain/token/mint', { contractAddress, to: stranger, amount: '1.25' });
    expect(minted.unsigned.summary.tokens).toMatchObject([{ action: 'mint', amount: 1_250_000n }]);
    const sent = { contractAddress, to: stranger, amount: '2', digits: 6 };
    await way.carry('/v3/blockchain/token/transaction', sent);
    expect(await balance(contractAddress, stranger)).toBe(3_250_000n);
    const burned = await way.carry('/v3/blockchain/token/burn', { contractAddress, amount: '0.5' });
    expect(burned.unsigned.summary.tokens).toMatchObject([{ action: 'burn', amount: 500_000n }]);
    expect(await balance(contractAddress, way.accounts[0]!)).toBe(1_000_500_000n - 2_500_000n);
    await way.carry('/v3/blockchain/token/approve', { contractAddress, spender: stranger, amount: '7' });
    const allowance = 'function allowance(address,address) view returns (uint256)';
    expect(await way.ask(contractAddress, allowance, way.accounts[0], stranger)).toBe(7_000_000n);
  });

  test('is minted by no one beyond its cap, and by no one without the role', async () => {
    const contract = await deploy();
    const mint = 'function mint(address,uint256)';
    expect((await way.call(way.accounts[0]!, contract, mint, stranger, 10n ** 10n)).status).toBe('0x0');
    expect((await way.call(way.accounts[1]!, contract, mint, stranger, 1n)).status).toBe('0x0');
    expect(await balance(contract, stranger)).toBe(0n);
  });

  test.each([
    ['a cap below the supply', { totalCap: '1' }, 'totalCap'],
    ['a supply with more decimals than the token', { supply: '0.0000001' }, 'supply'],
    ['a name with spaces', { name: 'two words' }, 'name'],
    ['no decimals', { digits: undefined }, 'digits'],
    ['a receiver that is no address', { address: '0x12' }, 'address'],
  ])('is not created with %s', async (_name, change, property) => {
    const address = way.accounts[0];
    expect(problemsOf(await way.submit('/v3/blockchain/token/deploy', { ...form, address, ...change }))).toEqual([
      property,
    ]);
  });

  test('is not minted with other decimals than the contract has', async () => {
    const mint = { contractAddress: await deploy(), to: stranger, amount: '1', digits: 18 };
    expect(problemsOf(await way.submit('/v3/blockchain/token/mint', mint))).toEqual(['digits']);
  });
});

test('a token of somebody else is burned by its own decimals', async () => {
  const from = way.accounts[0];
  const hash = await way.running.node.rpc('eth_sendTransaction', [{ from, data: tokenCreationCode(10n) }]);
  const { contractAddress } = await way.running.node.receipt(String(hash));
  const { data } = await way.queued('/v3/blockchain/token/burn', { contractAddress, amount: '1.5' });
  expect(data).toBe(`0x42966c68${(15n * 10n ** 17n).toString(16).padStart(64, '0')}`);
});

function balance(contract: string, owner: string): Promise<unknown> {
  return way.ask(contract, 'function balanceOf(address) view returns (uint256)', owner);
}

describe('a token that the operator lists by a name', () => {
  const listed = async (address: string, decimals: number) => {
    const tokens = new Map([[parseChainId('ETH'), new Map([['TKN', { address, decimals }]])]]);
    const nodes = new Map([[parseChainId('ETH'), way.running.node.url]]);
    return startCarrier({ nodes, contracts: { tokens, codes: new Map(), factories: new Map() } });
  };
  const coins = { to: stranger, amount: '1.5', currency: 'TKN' };
  const create = async () => {
    const form = { symbol: 'TKN', name: 'T', supply: '10', digits: 6, address: way.accounts[0] };
    return (await way.carry('/v3/blockchain/token/deploy', form)).contractAddress;
  };

  test('is sent by that name, with its decimals', async () => {
    const token = await create();
    const other = await listed(token, 6);
    const queued = await other.queued('/v3/ethereum/transaction', coins);
    const word = 1_500_000n.toString(16).padStart(64, '0');
    expect(queued).toMatchObject({
      to: token,
      value: '0',
      data: `0xa9059cbb${stranger.slice(2).padStart(64, '0')}${word}`,
    });
    expect(problemsOf(await other.submit('/v3/ethereum/transaction', { ...coins, data: 'hello' }))).toEqual(['data']);
    await other.close();
  });

  test('is not sent with other decimals than its contract has', async () => {
    const other = await listed(await create(), 18);
    expect(problemsOf(await other.submit('/v3/ethereum/transaction', coins))).toEqual(['digits']);
    await other.close();
  });
});

describe('a collection', () => {
  const deploy = async (change: object = {}) =>
    (await way.carry('/v3/nft/deploy', { name: 'Items of mine', symbol: 'ITM', ...change })).contractAddress;
  const owner = (contract: string, id: bigint) =>
    way.ask(contract, 'function ownerOf(uint256) view returns (address)', id);

  test('is minted one by one and many at once, with addresses of metadata', async () => {
    const contractAddress = await deploy();
    const item = { contractAddress, to: stranger, tokenId: '123', url: 'ipfs://one' };
    const minted = await way.carry('/v3/nft/mint', item);
    expect(minted.unsigned.summary.tokens).toMatchObject([{ action: 'mint', tokenId: 123n, to: stranger }]);
    const many = { to: [stranger, other], tokenId: ['7', '0x8'], url: ['ipfs://seven', 'ipfs://eight'] };
    const all = await way.carry('/v3/nft/mint/batch', { contractAddress, ...many });
    expect(all.unsigned.summary).toMatchObject({
      opaque: false,
      tokens: [
        { action: 'mint', tokenId: 7n, to: stranger },
        { action: 'mint', tokenId: 8n, to: other },
      ],
    });
    expect(String(await owner(contractAddress, 8n)).toLowerCase()).toBe(other);
    const uri = 'function tokenURI(uint256) view returns (string)';
    expect(await way.ask(contractAddress, uri, 123n)).toBe('ipfs://one');
    expect(await way.ask(contractAddress, uri, 7n)).toBe('ipfs://seven');
  });

  test('is minted by others once they have the role, or where it is public', async () => {
    const contractAddress = await deploy();
    const mint = (contract: string) =>
      way.call(way.accounts[1]!, contract, 'function mintWithTokenURI(address,uint256,string)', stranger, 1n, '');
    expect((await mint(contractAddress)).status).toBe('0x0');
    const added = await way.carry('/v3/nft/mint/add', { contractAddress, minter: way.accounts[1] });
    expect(added.unsigned.summary.hazards).toMatchObject([{ kind: 'issuer-settings' }]);
    expect((await mint(contractAddress)).status).toBe('0x1');
    expect((await mint(await deploy({ publicMint: true }))).status).toBe('0x1');
  });

  test('is sent and burned by its owner', async () => {
    const contractAddress = await deploy();
    const item = { contractAddress, to: way.accounts[0], tokenId: '5', url: '' };
    await way.carry('/v3/nft/mint', item);
    const sent = await way.carry('/v3/nft/transaction', { contractAddress, to: stranger, tokenId: '5' });
    expect(sent.unsigned.summary).toMatchObject({
      kind: 'token-transfer',
      opaque: false,
      tokens: [{ action: 'transfer', from: way.accounts[0], to: stranger, tokenId: 5n }],
    });
    expect(String(await owner(contractAddress, 5n)).toLowerCase()).toBe(stranger);
    await way.carry('/v3/nft/mint', { ...item, tokenId: '6' });
    await way.carry('/v3/nft/burn', { contractAddress, tokenId: '6' });
    await expect(owner(contractAddress, 6n)).rejects.toThrow();
  });

  test('is not asked for impossible things', async () => {
    const contractAddress = await deploy();
    const lists = { contractAddress, to: [stranger], tokenId: ['1', '2'], url: ['x'] };
    expect(problemsOf(await way.submit('/v3/nft/mint/batch', lists))).toEqual(['tokenId']);
    const lost = { contractAddress, to: contractAddress, tokenId: '1' };
    expect(problemsOf(await way.submit('/v3/nft/transaction', lost))).toEqual(['to']);
    const nowhere = { contractAddress: stranger, to: other, tokenId: '1' };
    expect(problemsOf(await way.submit('/v3/nft/transaction', nowhere))).toEqual(['contractAddress']);
    const large = { contractAddress, tokenId: (2n ** 256n).toString() };
    expect(problemsOf(await way.submit('/v3/nft/burn', large))).toEqual(['tokenId']);
  });
});

describe('a contract of many kinds', () => {
  const deploy = async () => (await way.carry('/v3/multitoken/deploy', { uri: 'ipfs://{id}' })).contractAddress;
  const count = (contract: string, account: string, id: bigint) =>
    way.ask(contract, 'function balanceOf(address,uint256) view returns (uint256)', account, id);

  test('is minted, sent and burned, one kind or several', async () => {
    const contractAddress = await deploy();
    const [own] = way.accounts;
    await way.carry('/v3/multitoken/mint', { contractAddress, to: own, tokenId: '1', amount: '100' });
    const lists = { to: [own, stranger], tokenId: [['2', '3'], ['4']], amounts: [['20', '30'], ['40']] };
    const minted = await way.carry('/v3/multitoken/mint/batch', { contractAddress, ...lists });
    expect(minted.unsigned.summary.tokens).toMatchObject([
      { action: 'mint', to: own, tokenId: 2n, amount: 20n },
      { action: 'mint', to: own, tokenId: 3n, amount: 30n },
      { action: 'mint', to: stranger, tokenId: 4n, amount: 40n },
    ]);
    expect(await count(contractAddress, stranger, 4n)).toBe(40n);
    const one = { contractAddress, to: stranger, tokenId: '1', amount: '9' };
    const sent = await way.carry('/v3/multitoken/transaction', one);
    expect(sent.unsigned.summary.tokens).toMatchObject([
      { action: 'transfer', from: own, to: stranger, tokenId: 1n, amount: 9n },
    ]);
    const two = { contractAddress, to: stranger, tokenId: ['2', '3'], amounts: ['1', '2'] };
    const both = await way.carry('/v3/multitoken/transaction/batch', two);
    expect(both.unsigned.summary.tokens).toMatchObject([
      { tokenId: 2n, amount: 1n },
      { tokenId: 3n, amount: 2n },
    ]);
    expect(await count(contractAddress, stranger, 3n)).toBe(2n);
    await way.carry('/v3/multitoken/burn', { contractAddress, account: own, tokenId: '1', amount: '1' });
    const burned = { contractAddress, account: own, tokenId: ['1', '2'], amounts: ['10', '5'] };
    await way.carry('/v3/multitoken/burn/batch', burned);
    expect(await count(contractAddress, own!, 1n)).toBe(80n);
    expect(await count(contractAddress, own!, 2n)).toBe(14n);
  });

  test('gets one zero byte for the receiver when the request has no data', async () => {
    const contractAddress = await deploy();
    const mint = { contractAddress, to: stranger, tokenId: '1', amount: '100' };
    const { data } = await way.queued('/v3/multitoken/mint', mint);
    expect(String(data).slice(-128)).toBe(`${'1'.padStart(64, '0')}${'0'.repeat(64)}`);
    const given = await way.queued('/v3/multitoken/mint', { ...mint, data: '0x1234' });
    expect(String(given['data']).slice(-128)).toBe(`${'2'.padStart(64, '0')}${'1234'.padEnd(64, '0')}`);
  });

  test('takes a further minter', async () => {
    const contractAddress = await deploy();
    await way.carry('/v3/multitoken/mint/add', { contractAddress, minter: way.accounts[1] });
    const mint = { contractAddress, to: stranger, tokenId: '1', amount: '3' };
    await way.carry('/v3/multitoken/mint', mint, { wallet: 1 });
    expect(await count(contractAddress, stranger, 1n)).toBe(3n);
  });

  test('is not asked for lists that do not fit each other', async () => {
    const contractAddress = await deploy();
    const odd = { contractAddress, to: [stranger], tokenId: [['1', '2']], amounts: [['1']] };
    expect(problemsOf(await way.submit('/v3/multitoken/mint/batch', odd))).toEqual(['amounts.0']);
    const uneven = { contractAddress, to: stranger, tokenId: ['1'], amounts: ['1', '2'] };
    expect(problemsOf(await way.submit('/v3/multitoken/transaction/batch', uneven))).toEqual(['amounts']);
  });
});
