import { hex } from '@scure/base';
import type { BuildContext, BuiltTransaction } from '../../../core/chain/builders/build.js';
import type { SolanaMarketRequest } from '../../../core/chain/builders/solana-markets.js';
import type { NodeClient } from '../../../core/chain/node.js';
import { CustosError } from '../../../core/errors.js';
import { associatedTokenAddress, readAddress, showAddress } from '../address.js';
import { LAMPORT_DECIMALS } from '../call.js';
import { accountBytes, checkCluster } from '../complete.js';
import { decodeMessage, encodeMessage, type Instruction, PLACEHOLDER_BLOCKHASH } from '../message.js';
import { NATIVE_MINT, programs } from '../programs/ids.js';
import { askAccount, askReceiver, readMint, unitsOf } from '../transfer.js';
import { type Market, placeOf, readListing, readMarket, readSold, unsupported } from './market-accounts.js';
import { change, creation, feeWithdrawal, treasuryWithdrawal } from './market-instructions.js';
import { cancellation, offer, purchase } from './sale-instructions.js';

/** The owner of a token account stands behind its mint. */
const OWNER_AT = 32;

/**
 * Builds what is done at marketplaces of Metaplex Auction House. The node says what the marketplace and the offers are.
 * @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, NETWORK_MISMATCH, KEY_MISSING, TRANSACTION_*, NODE_*
 */
export async function buildMarkets(request: SolanaMarketRequest, context: BuildContext): Promise<BuiltTransaction> {
  await checkCluster(context.node, context.network);
  const from = normalize(request.from.address);
  const { instructions, signedBy } = await planOf(request, { from, node: context.node });
  const message = encodeMessage(from, PLACEHOLDER_BLOCKHASH, instructions);
  // The limit of one packet counts the signatures as well.
  decodeMessage(message);
  const keys = signedBy === undefined ? [request.from.key] : [request.from.key, signedBy];
  return { serialized: JSON.stringify({ txData: hex.encode(message) }), keys };
}

interface Place {
  readonly from: string;
  readonly node: NodeClient;
}

interface Plan {
  readonly instructions: readonly Instruction[];
  /** Key of the owner of the marketplace, where that signs as well. */
  readonly signedBy?: NonNullable<Offered['authority']>;
}

type Of<A extends SolanaMarketRequest['act']> = Extract<SolanaMarketRequest, { readonly act: A }>;
type Offered = Of<'sell'> | (SolanaMarketRequest & { readonly act: 'buy' | 'cancel' });

async function planOf(request: SolanaMarketRequest, place: Place): Promise<Plan> {
  switch (request.act) {
    case 'create':
      return { instructions: [await planCreation(request, place)] };
    case 'change':
      return { instructions: [await planChange(request, place)] };
    case 'withdraw-fee':
    case 'withdraw-treasury':
      return { instructions: [await planWithdrawal(request, place)] };
    default:
      return planSale(request, place);
  }
}

async function planCreation(request: Of<'create'>, { from, node }: Place): Promise<Instruction> {
  const { treasuryMint = NATIVE_MINT, treasuryReceiver = from, feeReceiver = from, fee } = request;
  const mint = normalize(treasuryMint);
  await decimalsOf(mint, node);
  const receivers = {
    ...(await receiverOf(mint, treasuryReceiver, node)),
    feeReceiver: await walletAt(feeReceiver, node),
  };
  const { requiresSignOff, canChangeSalePrice } = request;
  return creation({ authority: from, mint, ...receivers }, { fee, requiresSignOff, canChangeSalePrice });
}

async function planChange(request: Of<'change'>, { from, node }: Place): Promise<Instruction> {
  const market = await ownMarket(request.market, { from, node });
  const { treasuryReceiver, feeReceiver, fee, requiresSignOff, canChangeSalePrice } = request;
  const treasury =
    treasuryReceiver === undefined
      ? { treasuryReceiver: market.treasuryReceiver, treasuryOwner: await ownerOf(market, node) }
      : await receiverOf(market.treasuryMint, treasuryReceiver, node);
  const fees = feeReceiver === undefined ? market.feeReceiver : await walletAt(feeReceiver, node);
  return change(market, { ...treasury, feeReceiver: fees }, { fee, requiresSignOff, canChangeSalePrice });
}

async function planWithdrawal(request: SolanaMarketRequest & { readonly act: `withdraw-${string}` }, place: Place) {
  const market = await ownMarket(request.market, place);
  if (request.act === 'withdraw-fee') return feeWithdrawal(market, unitsOf(request.amount, LAMPORT_DECIMALS));
  return treasuryWithdrawal(market, unitsOf(request.amount, await decimalsOf(market.treasuryMint, place.node)));
}

async function planSale(request: Offered, { from, node }: Place): Promise<Plan> {
  const market = await readMarket(normalize(request.market), node);
  const signs = market.authority === from || request.authority !== undefined;
  if (market.requiresSignOff && !signs) {
    const text = `the marketplace ${market.address} wants the signature of its owner ${market.authority} too`;
    throw new CustosError('KEY_MISSING', text);
  }
  const signedBy = market.authority === from || request.authority === undefined ? {} : { signedBy: request.authority };
  const agreed = { ...market, isSigned: signs };
  if (request.act === 'sell') {
    const token = normalize(request.token);
    const { tokenProgram, decimals } = await readMint(token, node);
    if (tokenProgram !== programs.token || decimals !== 0) throw unsupported(`${token} is no unique token`);
    const price = unitsOf(request.price, await decimalsOf(market.treasuryMint, node));
    return { ...signedBy, instructions: offer(agreed, { seller: from, token, price }) };
  }
  const listing = await readListing(normalize(request.listing), market, node);
  const { mint: token, creators } = await readSold(listing.metadata, node);
  const { seller, price } = listing;
  const account = associatedTokenAddress(seller, token, programs.token);
  const { address } = placeOf(
    ...[{ named: 'auction_house' }, seller, market.address, account, market.treasuryMint, token, price, 1n],
  );
  if (address !== listing.tradeState) throw unsupported(`the offer ${listing.address} is of another token account`);
  if (request.act === 'buy') {
    return { ...signedBy, instructions: purchase(agreed, { buyer: from, seller, token, price, creators }) };
  }
  if (seller !== from) throw new CustosError('SENDER_MISMATCH', `${seller} made the offer, and not ${from}`);
  return { ...signedBy, instructions: cancellation(agreed, { seller, token, price }) };
}

/** The marketplace of a wallet. @throws CustosError SENDER_MISMATCH: it is another one's */
async function ownMarket(address: string, { from, node }: Place): Promise<Market> {
  const market = await readMarket(normalize(address), node);
  if (market.authority === from) return market;
  throw new CustosError(
    'SENDER_MISMATCH',
    `the marketplace ${market.address} belongs to ${market.authority}, and not to ${from}`,
  );
}

/** Coins go to a wallet, tokens to its account for them. */
async function receiverOf(mint: string, wallet: string, node: NodeClient) {
  const treasuryOwner = await walletAt(wallet, node);
  const treasuryReceiver =
    mint === NATIVE_MINT ? treasuryOwner : associatedTokenAddress(treasuryOwner, mint, programs.token);
  return { treasuryReceiver, treasuryOwner };
}

async function ownerOf({ treasuryMint, treasuryReceiver }: Market, node: NodeClient): Promise<string> {
  if (treasuryMint === NATIVE_MINT) return treasuryReceiver;
  const account = await askAccount(treasuryReceiver, node);
  const bytes = account === null ? undefined : accountBytes(account, programs.token);
  if (bytes !== undefined && bytes.length >= 2 * OWNER_AT) return showAddress(bytes.subarray(OWNER_AT, 2 * OWNER_AT));
  throw unsupported(`${treasuryReceiver} is no account of tokens: name a new receiver of the treasury`);
}

async function walletAt(address: string, node: NodeClient): Promise<string> {
  const wallet = normalize(address);
  await askReceiver(wallet, node);
  return wallet;
}

async function decimalsOf(mint: string, node: NodeClient): Promise<number> {
  if (mint === NATIVE_MINT) return LAMPORT_DECIMALS;
  const { tokenProgram, decimals } = await readMint(mint, node);
  if (tokenProgram === programs.token) return decimals;
  throw unsupported(`marketplaces take tokens of SPL Token only, and ${mint} is another one`);
}

function normalize(address: string): string {
  return showAddress(readAddress(address));
}
