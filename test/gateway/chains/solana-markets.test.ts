import {
  AuctionHouse,
  createBuyInstruction,
  createCancelInstruction,
  createCancelListingReceiptInstruction,
  createCreateAuctionHouseInstruction,
  createExecuteSaleInstruction,
  createPrintBidReceiptInstruction,
  createPrintListingReceiptInstruction,
  createPrintPurchaseReceiptInstruction,
  createSellInstruction,
  createUpdateAuctionHouseInstruction,
  createWithdrawFromFeeInstruction,
  createWithdrawFromTreasuryInstruction,
  ListingReceipt,
  PROGRAM_ID,
} from '@metaplex-foundation/mpl-auction-house';
import { PublicKey, SYSVAR_INSTRUCTIONS_PUBKEY, Transaction, type TransactionInstruction } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { associatedTokenAddress } from '../../../src/chains/solana/address.js';
import { metadataAddress } from '../../../src/chains/solana/building/metadata.js';
import { solana } from '../../../src/chains/solana/index.js';
import { decodeMessage, PLACEHOLDER_BLOCKHASH, resolveInstructions } from '../../../src/chains/solana/message.js';
import { NATIVE_MINT, programs } from '../../../src/chains/solana/programs/ids.js';
import { keyOf } from '../../chains/signing.js';
import { type Answer, signatureId } from '../running.js';
import { type Carrying, expectStrict, type Question, startCarrying } from './carrying.js';

const key = keyOf(solana);
const from = key.address;
const owner = keyOf(solana, 0x22);
const ownerId = '6d78dad2-518f-4e76-8255-8f1df0de6884';
const [friend = '', seller = '', artist = '', nft = '', money = ''] = [3, 4, 5, 6, 7].map(
  (fill) => keyOf(solana, fill).address,
);
const at = (text: string) => new PublicKey(text);
const house = Buffer.from('auction_house');
type Place = readonly [address: PublicKey, bump: number];

function placeOf(...seeds: readonly (Buffer | PublicKey | number)[]): Place {
  const bytes = seeds.map((seed) => {
    if (typeof seed !== 'number') return seed instanceof PublicKey ? seed.toBuffer() : seed;
    const amount = Buffer.alloc(8);
    amount.writeBigUInt64LE(BigInt(seed));
    return amount;
  });
  return PublicKey.findProgramAddressSync(bytes, PROGRAM_ID);
}

/** What the node has: the data of accounts, and the programs that they belong to. */
const accounts = new Map<string, { readonly data: Uint8Array; readonly program: string }>();
const sent: Transaction[] = [];

const answers: Record<string, (params: readonly unknown[]) => unknown> = {
  getGenesisHash: () => PLACEHOLDER_BLOCKHASH,
  getLatestBlockhash: () => ({
    context: { slot: 1 },
    value: {
      blockhash: solana.keys.address(new Uint8Array(32).fill(sent.length + 9), 'testnet'),
      lastValidBlockHeight: 150,
    },
  }),
  getAccountInfo([address]) {
    const found = accounts.get(address as string);
    if (found === undefined) return { value: null };
    const { data, program } = found;
    return { value: { data: [Buffer.from(data).toString('base64'), 'base64'], owner: program, executable: false } };
  },
  getTransaction: () => ({ meta: { err: null } }),
  sendTransaction([raw]) {
    const transaction = Transaction.from(Buffer.from(raw as string, 'base64'));
    if (!transaction.verifySignatures()) throw new Error('a signature is wrong');
    sent.push(transaction);
    return solana.keys.address(transaction.signature!, 'testnet');
  },
};

let carrying: Carrying;
beforeAll(async () => {
  carrying = await startCarrying('SOL', ({ body: { id, method, params } }: Question) => ({
    ...{ jsonrpc: '2.0', id },
    result: answers[method]?.(params),
  }));
});
afterAll(() => carrying.close());

interface Market {
  readonly address: PublicKey;
  readonly feeAccount: Place;
  readonly treasury: Place;
  readonly mint: PublicKey;
  readonly authority: PublicKey;
  readonly feeReceiver: PublicKey;
  readonly treasuryReceiver: PublicKey;
}

function marketOf(
  authority: string,
  mint: string,
  flags: Partial<Parameters<typeof AuctionHouse.fromArgs>[0]> = {},
): Market {
  const [address, bump] = placeOf(house, at(authority), at(mint));
  const feeAccount = placeOf(house, address, Buffer.from('fee_payer'));
  const treasury = placeOf(house, address, Buffer.from('treasury'));
  const treasuryReceiver = mint === NATIVE_MINT ? friend : associatedTokenAddress(friend, mint, programs.token);
  const [data] = AuctionHouse.fromArgs({
    ...{ auctionHouseFeeAccount: feeAccount[0], auctionHouseTreasury: treasury[0] },
    ...{ treasuryWithdrawalDestination: at(treasuryReceiver), feeWithdrawalDestination: at(artist) },
    ...{ treasuryMint: at(mint), authority: at(authority), creator: at(authority) },
    ...{ bump, treasuryBump: treasury[1], feePayerBump: feeAccount[1], sellerFeeBasisPoints: 250 },
    ...{ requiresSignOff: false, canChangeSalePrice: false, escrowPaymentBump: 0, hasAuctioneer: false },
    ...{ auctioneerAddress: PublicKey.default, scopes: Array.from({ length: 7 }, () => false), ...flags },
  }).serialize();
  accounts.set(address.toBase58(), { data, program: programs.auctionHouse });
  const receivers = { feeReceiver: at(artist), treasuryReceiver: at(treasuryReceiver) };
  return { address, feeAccount, treasury, mint: at(mint), authority: at(authority), ...receivers };
}

function mintAt(address: string, decimals: number): void {
  const data = Buffer.alloc(82);
  data[44] = decimals;
  data[45] = 1;
  accounts.set(address, { data, program: programs.token });
}

const coinMarket = marketOf(from, NATIVE_MINT);
const tokenMarket = marketOf(from, money);
/** Its owner has to agree to every sale. */
const guarded = marketOf(owner.address, NATIVE_MINT, { requiresSignOff: true });
mintAt(nft, 0);
mintAt(money, 6);
accounts.set(tokenMarket.treasuryReceiver.toBase58(), {
  data: Buffer.concat([at(money).toBuffer(), at(friend).toBuffer(), Buffer.alloc(101)]),
  program: programs.token,
});
const text = (value: string) => Buffer.concat([Buffer.from([value.length, 0, 0, 0]), Buffer.from(value)]);
accounts.set(metadataAddress(nft), {
  data: Buffer.concat([
    ...[Buffer.from([4]), at(artist).toBuffer(), at(nft).toBuffer(), text('Name'), text('N'), text('ipfs://1')],
    ...[Buffer.from([244, 1, 1, 1, 0, 0, 0]), at(artist).toBuffer(), Buffer.from([1, 100])],
  ]),
  program: programs.tokenMetadata,
});

const tokenAt = (wallet: string) => at(associatedTokenAddress(wallet, nft, programs.token));
const stateOf = ({ address, mint }: Market, wallet: string, of: string, price: number) =>
  placeOf(house, at(wallet), address, tokenAt(of), mint, at(nft), price, 1);

/** An offer of the token at a marketplace. */
function listingOf(
  market: Market,
  by: string,
  change: Partial<Parameters<typeof ListingReceipt.fromArgs>[0]> = {},
): string {
  const [tradeState, tradeStateBump] = stateOf(market, by, by, 1_500_000);
  const [address, bump] = placeOf(Buffer.from('listing_receipt'), tradeState);
  const [data] = ListingReceipt.fromArgs({
    ...{
      tradeState,
      bookkeeper: at(by),
      auctionHouse: market.address,
      seller: at(by),
      metadata: at(metadataAddress(nft)),
    },
    ...{ purchaseReceipt: null, price: 1_500_000, tokenSize: 1, bump, tradeStateBump, createdAt: 1, canceledAt: null },
    ...change,
  }).serialize();
  accounts.set(address.toBase58(), { data, program: programs.auctionHouse });
  return address.toBase58();
}

/** What is queued for a request, as the program would get it. */
async function queued(answer: Answer) {
  const { txData } = JSON.parse(await carrying.queued(answer)) as { txData: string };
  return partsOf(Buffer.from(txData, 'hex'));
}

function official(...instructions: readonly TransactionInstruction[]) {
  const transaction = new Transaction({ feePayer: at(from), recentBlockhash: PLACEHOLDER_BLOCKHASH });
  return partsOf(
    transaction
      .add(...instructions)
      .compileMessage()
      .serialize(),
  );
}

function partsOf(message: Uint8Array) {
  const decoded = decodeMessage(message);
  return { signers: new Set(decoded.signers), instructions: resolveInstructions(decoded, []) };
}

const root = '/v3/blockchain/marketplace';
const acting = { chain: 'SOL', from, signatureId };
const ask = (operation: string, form: object) => {
  const [method, path] = operation.split(' ');
  const whole = { ...acting, ...form };
  return method === 'PUT' ? carrying.put(`${root}/${path}`, whole) : carrying.ask.post(`${root}/${path}`, whole);
};

function creation(
  mint: string,
  receivers: readonly [fee: string, treasury: string, owner: string],
  fee: number,
  ...flags: boolean[]
) {
  const [address, bump] = placeOf(house, at(from), at(mint));
  const [feeAccount, feePayerBump] = placeOf(house, address, Buffer.from('fee_payer'));
  const [treasury, treasuryBump] = placeOf(house, address, Buffer.from('treasury'));
  const [feeReceiver, treasuryReceiver, treasuryOwner] = receivers.map(at);
  return createCreateAuctionHouseInstruction(
    {
      ...{ treasuryMint: at(mint), payer: at(from), authority: at(from), feeWithdrawalDestination: feeReceiver! },
      ...{ treasuryWithdrawalDestination: treasuryReceiver!, treasuryWithdrawalDestinationOwner: treasuryOwner! },
      ...{ auctionHouse: address, auctionHouseFeeAccount: feeAccount, auctionHouseTreasury: treasury },
    },
    {
      ...{ bump, feePayerBump, treasuryBump, sellerFeeBasisPoints: fee },
      ...{ requiresSignOff: flags[0] ?? true, canChangeSalePrice: flags[1] ?? false },
    },
  );
}

interface Change {
  readonly fee?: number;
  readonly signOff?: boolean;
  readonly feeReceiver?: string;
  readonly treasury?: readonly [account: string, owner: string];
}

function change(market: Market, { fee, signOff, feeReceiver, treasury }: Change) {
  const [account, wallet] = treasury ?? [market.treasuryReceiver.toBase58(), friend];
  return createUpdateAuctionHouseInstruction(
    {
      ...{ treasuryMint: market.mint, payer: at(from), authority: at(from), newAuthority: at(from) },
      feeWithdrawalDestination: feeReceiver === undefined ? market.feeReceiver : at(feeReceiver),
      ...{ treasuryWithdrawalDestination: at(account), treasuryWithdrawalDestinationOwner: at(wallet) },
      auctionHouse: market.address,
    },
    { sellerFeeBasisPoints: fee ?? null, requiresSignOff: signOff ?? null, canChangeSalePrice: null },
  );
}

const withdrawal = {
  fee: (market: Market, amount: number) =>
    createWithdrawFromFeeInstruction(
      {
        ...{ authority: at(from), feeWithdrawalDestination: market.feeReceiver },
        ...{ auctionHouseFeeAccount: market.feeAccount[0], auctionHouse: market.address },
      },
      { amount },
    ),
  treasury: (market: Market, amount: number) =>
    createWithdrawFromTreasuryInstruction(
      {
        ...{ treasuryMint: market.mint, authority: at(from), treasuryWithdrawalDestination: market.treasuryReceiver },
        ...{ auctionHouseTreasury: market.treasury[0], auctionHouse: market.address },
      },
      { amount },
    ),
};

const ofMarket = ({ authority, address, feeAccount }: Market) => ({
  ...{ authority, auctionHouse: address, auctionHouseFeeAccount: feeAccount[0] },
});
const [programAsSigner, programAsSignerBump] = placeOf(house, Buffer.from('signer'));
const signedBy = (instruction: TransactionInstruction, wallet: PublicKey) => {
  for (const one of instruction.keys) if (one.pubkey.equals(wallet)) one.isSigner = true;
  return instruction;
};

function sale(market: Market, price: number) {
  const [state, tradeStateBump] = stateOf(market, from, from, price);
  const [free, freeTradeStateBump] = stateOf(market, from, from, 0);
  const [receipt, receiptBump] = placeOf(Buffer.from('listing_receipt'), state);
  return [
    createSellInstruction(
      {
        ...{ wallet: at(from), tokenAccount: tokenAt(from), metadata: at(metadataAddress(nft)), ...ofMarket(market) },
        ...{ sellerTradeState: state, freeSellerTradeState: free, programAsSigner },
      },
      { tradeStateBump, freeTradeStateBump, programAsSignerBump, buyerPrice: price, tokenSize: 1 },
    ),
    createPrintListingReceiptInstruction(
      { receipt, bookkeeper: at(from), instruction: SYSVAR_INSTRUCTIONS_PUBKEY },
      { receiptBump },
    ),
  ] as const;
}

function ended(market: Market, receipt: string) {
  const [tradeState] = stateOf(market, from, from, 1_500_000);
  return [
    createCancelInstruction(
      { wallet: at(from), tokenAccount: tokenAt(from), tokenMint: at(nft), ...ofMarket(market), tradeState },
      { buyerPrice: 1_500_000, tokenSize: 1 },
    ),
    createCancelListingReceiptInstruction({ receipt: at(receipt), instruction: SYSVAR_INSTRUCTIONS_PUBKEY }),
  ] as const;
}

function purchase(market: Market, listingReceipt: string) {
  const walletFor = (wallet: string) =>
    market.mint.toBase58() === NATIVE_MINT
      ? at(wallet)
      : at(associatedTokenAddress(wallet, market.mint.toBase58(), programs.token));
  const [escrow, escrowPaymentBump] = placeOf(house, market.address, at(from));
  const [bid, tradeStateBump] = stateOf(market, from, seller, 1_500_000);
  const [sold] = stateOf(market, seller, seller, 1_500_000);
  const [free, freeTradeStateBump] = stateOf(market, seller, seller, 0);
  const [bidReceipt, receiptBump] = placeOf(Buffer.from('bid_receipt'), bid);
  const [purchaseReceipt, purchaseReceiptBump] = placeOf(Buffer.from('purchase_receipt'), sold, bid);
  const token = { tokenAccount: tokenAt(seller), metadata: at(metadataAddress(nft)), treasuryMint: market.mint };
  const amounts = { buyerPrice: 1_500_000, tokenSize: 1 };
  const creators = walletFor(artist).toBase58() === artist ? [at(artist)] : [at(artist), walletFor(artist)];
  return [
    createBuyInstruction(
      {
        ...{ wallet: at(from), paymentAccount: walletFor(from), transferAuthority: at(from), ...token },
        ...{ escrowPaymentAccount: escrow, ...ofMarket(market), buyerTradeState: bid },
      },
      { tradeStateBump, escrowPaymentBump, ...amounts },
    ),
    createPrintBidReceiptInstruction(
      { receipt: bidReceipt, bookkeeper: at(from), instruction: SYSVAR_INSTRUCTIONS_PUBKEY },
      { receiptBump },
    ),
    createExecuteSaleInstruction(
      {
        ...{ buyer: at(from), seller: at(seller), ...token, tokenMint: at(nft), escrowPaymentAccount: escrow },
        ...{ sellerPaymentReceiptAccount: walletFor(seller), buyerReceiptTokenAccount: tokenAt(from) },
        ...{ ...ofMarket(market), auctionHouseTreasury: market.treasury[0], buyerTradeState: bid },
        ...{ sellerTradeState: sold, freeTradeState: free, programAsSigner },
        anchorRemainingAccounts: creators.map((pubkey) => ({ pubkey, isWritable: true, isSigner: false })),
      },
      { escrowPaymentBump, freeTradeStateBump, programAsSignerBump, ...amounts },
    ),
    createPrintPurchaseReceiptInstruction(
      {
        ...{ purchaseReceipt, listingReceipt: at(listingReceipt), bidReceipt, bookkeeper: at(from) },
        instruction: SYSVAR_INSTRUCTIONS_PUBKEY,
      },
      { purchaseReceiptBump },
    ),
  ] as const;
}

const coins = { contractAddress: coinMarket.address.toBase58() };
const tokens = { contractAddress: tokenMarket.address.toBase58() };
const own = { listingId: listingOf(coinMarket, from) };
const theirs = { listingId: listingOf(coinMarket, seller) };
const forTokens = { listingId: listingOf(tokenMarket, seller) };
const moneyOf = (wallet: string) => associatedTokenAddress(wallet, money, programs.token);

describe('marketplaces of Solana', () => {
  test.each<[string, string, object, readonly TransactionInstruction[]]>([
    ['is opened for coins', 'POST listing', { marketplaceFee: 250 }, [creation(NATIVE_MINT, [from, from, from], 250)]],
    [
      'is opened for tokens, with receivers',
      'POST listing',
      {
        ...{ marketplaceFee: 1, treasuryMint: money, treasuryWithdrawalDestination: friend },
        ...{ feeWithdrawalDestination: artist, requiresSignOff: false, canChangeSalePrice: true },
      },
      [creation(money, [artist, moneyOf(friend), friend], 1, false, true)],
    ],
    [
      'gets another fee for its accounts',
      'PUT listing',
      { ...coins, feeWithdrawalDestination: seller, requiresSignOff: true },
      [change(coinMarket, { feeReceiver: seller, signOff: true })],
    ],
    ['gets another fee', 'PUT listing/fee', { ...coins, marketplaceFee: 7 }, [change(coinMarket, { fee: 7 })]],
    [
      'for tokens gets another fee',
      'PUT listing/fee',
      { ...tokens, marketplaceFee: 7 },
      [change(tokenMarket, { fee: 7 })],
    ],
    [
      'pays another wallet',
      'PUT listing/recipient',
      { ...coins, treasuryWithdrawalDestination: seller },
      [change(coinMarket, { treasury: [seller, seller] })],
    ],
    [
      'for tokens pays another wallet',
      'PUT listing/recipient',
      { ...tokens, treasuryWithdrawalDestination: seller },
      [change(tokenMarket, { treasury: [moneyOf(seller), seller] })],
    ],
    [
      'pays out its fees',
      'POST withdraw/fee',
      { ...tokens, amount: '1.5' },
      [withdrawal.fee(tokenMarket, 1_500_000_000)],
    ],
    [
      'pays out coins',
      'POST withdraw/treasury',
      { ...coins, amount: '.5' },
      [withdrawal.treasury(coinMarket, 500_000_000)],
    ],
    [
      'pays out tokens',
      'POST withdraw/treasury',
      { ...tokens, amount: '2' },
      [withdrawal.treasury(tokenMarket, 2_000_000)],
    ],
    ['gets an offer for coins', 'POST listing/sell', { ...coins, nftAddress: nft, price: '1' }, sale(coinMarket, 1e9)],
    [
      'gets an offer for tokens',
      'POST listing/sell',
      { ...tokens, nftAddress: nft, price: '1.5' },
      sale(tokenMarket, 1_500_000),
    ],
    ['loses an offer', 'POST listing/cancel', { ...coins, ...own }, ended(coinMarket, own.listingId)],
    ['sells for coins', 'POST listing/buy', { ...coins, ...theirs }, purchase(coinMarket, theirs.listingId)],
    ['sells for tokens', 'POST listing/buy', { ...tokens, ...forTokens }, purchase(tokenMarket, forTokens.listingId)],
  ])('a marketplace %s, as the official library does it', async (_name, operation, form, made) => {
    for (const instruction of made) signedBy(instruction, at(from));
    expect(await queued(await ask(operation, form))).toEqual(official(...made));
    const before = sent.length;
    expect(await carrying.carry(key)).toHaveLength(1);
    expect(sent).toHaveLength(before + 1);
  });

  test('the owner of a marketplace signs as well, where it wants to', async () => {
    const form = {
      contractAddress: guarded.address.toBase58(),
      nftAddress: nft,
      price: '1',
      authoritySignatureId: ownerId,
    };
    const [sell, print] = sale(guarded, 1e9);
    expect(await queued(await ask('POST listing/sell', form))).toEqual(
      official(signedBy(sell, guarded.authority), print),
    );
    expect(await carrying.carry(key, owner)).toHaveLength(1);
    expect(sent.at(-1)?.signatures).toHaveLength(2);
  });

  const taken = listingOf(coinMarket, artist, { purchaseReceipt: at(friend) });
  const cancelled = listingOf(coinMarket, friend, { canceledAt: 5 });
  const auctioned = marketOf(friend, NATIVE_MINT, { hasAuctioneer: true }).address.toBase58();
  const foreign = { contractAddress: guarded.address.toBase58() };
  test.each<[string, object, string]>([
    ['POST listing/sell', { ...foreign, nftAddress: nft, price: '1' }, 'KEY_MISSING'],
    ['POST listing/sell', { ...coins, nftAddress: money, price: '1' }, 'TRANSACTION_UNSUPPORTED'],
    ['POST listing/sell', { ...coins, nftAddress: nft, price: '0' }, 'AMOUNT_INVALID'],
    ['POST listing/sell', { ...tokens, nftAddress: nft, price: '0.0000001' }, 'AMOUNT_INVALID'],
    ['POST listing/sell', { contractAddress: auctioned, nftAddress: nft, price: '1' }, 'TRANSACTION_UNSUPPORTED'],
    ['POST listing/buy', { ...coins, listingId: taken }, 'TRANSACTION_UNSUPPORTED'],
    ['POST listing/buy', { ...coins, listingId: cancelled }, 'TRANSACTION_UNSUPPORTED'],
    ['POST listing/buy', { ...coins, listingId: nft }, 'TRANSACTION_UNSUPPORTED'],
    ['POST listing/buy', { ...tokens, ...theirs }, 'TRANSACTION_UNSUPPORTED'],
    ['POST listing/cancel', { ...coins, ...theirs }, 'SENDER_MISMATCH'],
    ['PUT listing/fee', { ...foreign, marketplaceFee: 1 }, 'SENDER_MISMATCH'],
    ['POST withdraw/fee', { ...foreign, amount: '1' }, 'SENDER_MISMATCH'],
    ['POST withdraw/treasury', { contractAddress: nft, amount: '1' }, 'TRANSACTION_UNSUPPORTED'],
    ['POST listing', { marketplaceFee: 1, treasuryMint: friend }, 'TRANSACTION_UNSUPPORTED'],
    ['POST listing', { marketplaceFee: 1, feeWithdrawalDestination: nft }, 'ADDRESS_INVALID'],
    ['POST listing', { marketplaceFee: 10_001 }, 'validation.failed'],
  ])('%s refuses %j', async (operation, form, code) => {
    const { status, body } = await ask(operation, form);
    expect([status >= 400, body.errorCode], JSON.stringify(body)).toEqual([true, code]);
  });

  test.each([
    ['listing', { marketplaceFee: 1 }, ['marketplaceFee']],
    ['listing/sell', { ...coins, nftAddress: nft, price: '1' }, ['contractAddress', 'nftAddress', 'price']],
    ['listing/buy', { ...coins, ...theirs }, ['contractAddress', 'listingId']],
    ['listing/cancel', { ...coins, ...own }, ['contractAddress', 'listingId']],
    ['withdraw/fee', { ...coins, amount: '1' }, ['contractAddress', 'amount']],
    ['withdraw/treasury', { ...coins, amount: '1' }, ['contractAddress', 'amount']],
  ])('POST %s names the member that is missing or wrong', async (path, form, members) => {
    const whole = { form: { ...acting, ...form }, members: ['from', 'signatureId', ...members] };
    await expectStrict(carrying, `${root}/${path}`, whole);
  });
});
