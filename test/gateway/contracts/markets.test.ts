import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Carrier, problemsOf, startCarrier } from './carrier.js';

const recipient = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
const none = '0x0000000000000000000000000000000000000000';
const coin = 10n ** 18n;
/** Places of the wallets: who sells, and who buys. */
const [seller, buyer] = [0, 1];
let way: Carrier;
let unique: string;
let multi: string;
let token: string;
let next = 1;

beforeAll(async () => {
  way = await startCarrier();
  unique = (await way.carry('/v3/nft/deploy', { name: 'N', symbol: 'N' })).contractAddress;
  multi = (await way.carry('/v3/multitoken/deploy', { uri: 'u' })).contractAddress;
  const form = { symbol: 'T', name: 'T', supply: '1000', digits: 6, address: way.accounts[buyer] };
  token = (await way.carry('/v3/blockchain/token/deploy', form, { wallet: buyer })).contractAddress;
});
afterAll(() => way.close());

/** A unique token of the seller that a contract may take. */
async function item(spender: string): Promise<string> {
  const tokenId = String(next++);
  await way.carry('/v3/nft/mint', { contractAddress: unique, to: way.accounts[seller], tokenId, url: '' });
  await way.carry('/v3/blockchain/auction/approve', { contractAddress: unique, spender, isErc721: true, tokenId });
  return tokenId;
}

const ownerOf = async (tokenId: string) =>
  String(await way.ask(unique, 'function ownerOf(uint256) view returns (address)', BigInt(tokenId))).toLowerCase();
const tokens = (account: string | undefined) =>
  way.ask(token, 'function balanceOf(address) view returns (uint256)', account) as Promise<bigint>;

describe('a listing', () => {
  const root = '/v3/blockchain/marketplace/listing';
  let contractAddress: string;
  beforeAll(async () => {
    const form = { feeRecipient: recipient, marketplaceFee: 250 };
    contractAddress = (await way.carry(root, form)).contractAddress;
  });
  const offer = (tokenId: string) => ({
    ...{ contractAddress, nftAddress: unique, seller: way.accounts[seller], tokenId },
    ...{ listingId: `item ${tokenId}`, price: '2', isErc721: true },
  });

  test('sells an item for coins, and the fee comes on top of the price', async () => {
    const tokenId = await item(contractAddress);
    const listed = await way.carry(`${root}/sell`, offer(tokenId));
    expect(listed.unsigned.summary.tokens).toMatchObject([
      { action: 'transfer', from: way.accounts[seller], to: contractAddress, tokenId: BigInt(tokenId) },
    ]);
    const [earned, fees] = [await way.balance(way.accounts[seller]!), await way.balance(recipient)];
    const bought = { contractAddress, listingId: `item ${tokenId}`, amount: '2.05' };
    const { unsigned } = await way.carry(`${root}/buy`, bought, { wallet: buyer });
    expect(unsigned.summary.value.amount).toBe((205n * coin) / 100n);
    expect((await way.balance(way.accounts[seller]!)) - earned).toBe(2n * coin);
    expect((await way.balance(recipient)) - fees).toBe((5n * coin) / 100n);
    expect(await ownerOf(tokenId)).toBe(way.accounts[buyer]);
  });

  test('sells an item for tokens, by their decimals', async () => {
    const tokenId = await item(contractAddress);
    await way.carry(`${root}/sell`, { ...offer(tokenId), erc20Address: token, price: '100' });
    const allowed = { contractAddress: token, spender: contractAddress, amount: '102.5' };
    await way.carry('/v3/blockchain/token/approve', allowed, { wallet: buyer });
    const earned = await tokens(way.accounts[seller]);
    const bought = { contractAddress, listingId: `item ${tokenId}`, erc20Address: token, buyer: way.accounts[buyer] };
    await way.carry(`${root}/buy`, bought, { wallet: buyer });
    expect((await tokens(way.accounts[seller])) - earned).toBe(100_000_000n);
    expect(await tokens(recipient)).toBe(2_500_000n);
    expect(await ownerOf(tokenId)).toBe(way.accounts[buyer]);
  });

  test('gives an item back when it is cancelled, and sells nothing of somebody else', async () => {
    const tokenId = await item(contractAddress);
    const create = 'function createListing(string,bool,address,uint256,uint256,address,uint256,address)';
    const args = ['stolen', true, unique, BigInt(tokenId), 1n, way.accounts[seller], 0n, none];
    expect((await way.call(way.accounts[buyer]!, contractAddress, create, ...args)).status).toBe('0x0');
    await way.carry(`${root}/sell`, offer(tokenId));
    expect(await ownerOf(tokenId)).toBe(contractAddress);
    const listed = `${root}/ETH/${contractAddress}/listing/item ${tokenId}`;
    expect((await way.running.get(listed)).body).toEqual({
      ...{ listingId: `item ${tokenId}`, isErc721: true, state: '0', amount: '0', price: '2', tokenId },
      ...{ nftAddress: unique.toLowerCase(), seller: way.accounts[seller] },
    });
    expect((await way.running.get(`${root}/ETH/${contractAddress}/listing/none`)).status).toBe(404);
    await way.carry(`${root}/cancel`, { contractAddress, listingId: `item ${tokenId}` });
    expect(await ownerOf(tokenId)).toBe(way.accounts[seller]);
  });

  test('has a fee and a recipient that its owner changes', async () => {
    const put = { method: 'PUT' } as const;
    const fee = await way.carry(`${root}/fee`, { contractAddress, marketplaceFee: 100 }, put);
    expect(fee.unsigned.summary.hazards).toMatchObject([{ kind: 'issuer-settings' }]);
    await way.carry(`${root}/recipient`, { contractAddress, feeRecipient: way.accounts[2] }, put);
    expect(await way.ask(contractAddress, 'function getMarketplaceFee() view returns (uint256)')).toBe(100n);
    const found = await way.ask(contractAddress, 'function getMarketplaceFeeRecipient() view returns (address)');
    expect(String(found).toLowerCase()).toBe(way.accounts[2]);
    const asked = (name: string) => way.running.get(`${root}/ETH/${contractAddress}/${name}`);
    expect([(await asked('fee')).body, (await asked('recipient')).body]).toEqual([1, { address: way.accounts[2] }]);
    expect((await way.running.get(`${root}/ETH/${unique}/fee`)).status).toBe(404);
    expect((await way.running.get(`${root}/SOL/${unique}/fee`)).status).toBe(501);
  });

  test('is not asked for impossible things', async () => {
    expect(problemsOf(await way.submit(root, { feeRecipient: recipient, marketplaceFee: 10_001 }))).toEqual([
      'marketplaceFee',
    ]);
    const uncounted = { ...offer('1'), isErc721: false };
    expect(problemsOf(await way.submit(`${root}/sell`, uncounted))).toEqual(['amount']);
  });

  test('is bought with tokens and without coins when the request names the price too, as clients do', async () => {
    const both = { contractAddress, listingId: 'x', amount: '1', erc20Address: token };
    expect(await way.queued(`${root}/buy`, both)).toMatchObject({ to: contractAddress, value: '0' });
  });
});

describe('an auction', () => {
  const root = '/v3/blockchain/auction';
  let contractAddress: string;
  beforeAll(async () => {
    contractAddress = (await way.carry(root, { feeRecipient: recipient, auctionFee: 1000 })).contractAddress;
  });
  const block = async () => Number(await way.running.node.rpc('eth_blockNumber', []));
  const mine = () => way.running.node.rpc('anvil_mine', ['0x64']);
  const offer = async (tokenId: string) => ({
    ...{ contractAddress, nftAddress: unique, seller: way.accounts[seller], tokenId },
    ...{ id: `sale ${tokenId}`, isErc721: true, endedAt: (await block()) + 50 },
  });

  test('sells an item to the highest bid in coins, and gives the lower one back', async () => {
    const tokenId = await item(contractAddress);
    await way.carry(`${root}/sell`, await offer(tokenId));
    const bid = { contractAddress, id: `sale ${tokenId}` };
    const first = await way.carry(`${root}/bid`, { ...bid, bidValue: '1.1' }, { wallet: buyer });
    expect(first.unsigned.summary.value.amount).toBe((11n * coin) / 10n);
    const before = await way.balance(way.accounts[buyer]!);
    await way.carry(`${root}/bid`, { ...bid, bidValue: '2.2' }, { wallet: 2 });
    expect((await way.balance(way.accounts[buyer]!)) - before).toBe((11n * coin) / 10n);
    await mine();
    const [earned, fees] = [await way.balance(way.accounts[seller]!), await way.balance(recipient)];
    await way.carry(`${root}/settle`, bid, { wallet: buyer });
    expect((await way.balance(way.accounts[seller]!)) - earned).toBe(2n * coin);
    expect((await way.balance(recipient)) - fees).toBe((2n * coin) / 10n);
    expect(await ownerOf(tokenId)).toBe(way.accounts[2]);
  });

  test('sells several of a kind for tokens, by the decimals of the token that the contract names', async () => {
    const minted = { contractAddress: multi, to: way.accounts[seller], tokenId: '9', amount: '20' };
    await way.carry('/v3/multitoken/mint', minted);
    const allowed = { contractAddress: multi, spender: contractAddress, isErc721: false, tokenId: '9' };
    const approved = await way.carry(`${root}/approve`, allowed);
    expect(approved.unsigned.summary.hazards).toMatchObject([{ kind: 'approve-all' }]);
    const sold = { ...(await offer('9')), nftAddress: multi, isErc721: false, amount: '20', erc20Address: token };
    await way.carry(`${root}/sell`, sold);
    const spender = { contractAddress: token, spender: contractAddress, amount: '55' };
    await way.carry('/v3/blockchain/token/approve', spender, { wallet: buyer });
    const bid = { contractAddress, id: 'sale 9', bidValue: '55', bidder: way.accounts[buyer] };
    const other = { ...bid, erc20Address: unique };
    expect(problemsOf(await way.submit(`${root}/bid`, other))).toEqual(['erc20Address']);
    const { unsigned } = await way.carry(`${root}/bid`, bid, { wallet: buyer });
    expect(unsigned.summary.value.amount).toBe(0n);
    await mine();
    const earned = await tokens(way.accounts[seller]);
    await way.carry(`${root}/settle`, { contractAddress, id: 'sale 9' });
    expect((await tokens(way.accounts[seller])) - earned).toBe(50_000_000n);
    const held = 'function balanceOf(address,uint256) view returns (uint256)';
    expect(await way.ask(multi, held, way.accounts[buyer], 9n)).toBe(20n);
  });

  test('gives item and bid back when it is cancelled', async () => {
    const tokenId = await item(contractAddress);
    await way.carry(`${root}/sell`, await offer(tokenId));
    const bid = { contractAddress, id: `sale ${tokenId}` };
    await way.carry(`${root}/bid`, { ...bid, bidValue: '3' }, { wallet: buyer });
    const before = await way.balance(way.accounts[buyer]!);
    expect((await way.running.get(`${root}/ETH/${contractAddress}/sale ${tokenId}`)).body).toEqual({
      ...{ seller: way.accounts[seller], nftAddress: unique.toLowerCase(), tokenId, isErc721: true, amount: '0' },
      ...{ startedAt: expect.stringMatching(/^\d+$/), endedAt: expect.stringMatching(/^\d+$/) },
      ...{ bidder: way.accounts[buyer], endingPrice: expect.any(String), highestBid: expect.stringMatching(/^[23]/) },
    });
    await way.carry(`${root}/cancel`, bid);
    expect((await way.balance(way.accounts[buyer]!)) - before).toBe(3n * coin);
    expect(await ownerOf(tokenId)).toBe(way.accounts[seller]);
  });

  test('has a fee and a recipient that its owner changes', async () => {
    const put = { method: 'PUT' } as const;
    await way.carry(`${root}/fee`, { contractAddress, auctionFee: 100 }, put);
    await way.carry(`${root}/recipient`, { contractAddress, feeRecipient: way.accounts[2] }, put);
    expect(await way.ask(contractAddress, 'function getAuctionFee() view returns (uint256)')).toBe(100n);
    const found = await way.ask(contractAddress, 'function getAuctionFeeRecipient() view returns (address)');
    expect(String(found).toLowerCase()).toBe(way.accounts[2]);
    const asked = (name: string) => way.running.get(`${root}/ETH/${contractAddress}/${name}`);
    expect([(await asked('fee')).body, (await asked('recipient')).body]).toEqual([1, { address: way.accounts[2] }]);
    expect((await asked('unknown')).status).toBe(404);
  });

  test('ends at a block whose number is estimated from the pace of the last ones', async () => {
    await way.running.node.rpc('anvil_mine', ['0x64', '0xc']);
    const newest = (await way.running.node.rpc('eth_getBlockByNumber', ['latest', false])) as Record<string, string>;
    const [number, time] = [Number(newest['number']), Number(newest['timestamp'])];
    const at = (seconds: number) => new Date((time + seconds) * 1000).toISOString();
    const asked = async (date: string, chain = 'ETH') => way.running.get(`${root}/time/${chain}/${date}`);
    expect((await asked(at(1200))).body).toBe(number + 100);
    expect((await asked(at(-120))).body).toBe(number - 10);
    for (const wrong of ['tomorrow', '2026', '2026-13-41T00:00:00Z', `${time}`]) {
      expect(problemsOf(await asked(wrong))).toEqual(['date']);
    }
    expect((await asked(at(0), 'SOL')).status).toBe(501);
  });

  test('that the contract does not know gets no bids, and one for coins none by others', async () => {
    const unknown = { contractAddress, id: 'unknown', bidValue: '1' };
    expect(problemsOf(await way.submit(`${root}/bid`, unknown))).toEqual(['id']);
    const tokenId = await item(contractAddress);
    await way.carry(`${root}/sell`, await offer(tokenId));
    const foreign = { contractAddress, id: `sale ${tokenId}`, bidValue: '1', bidder: way.accounts[2] };
    expect(problemsOf(await way.submit(`${root}/bid`, foreign))).toEqual(['bidder']);
  });
});
