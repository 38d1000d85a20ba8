import { base58 } from '@scure/base';
import type { NodeClient } from '../../../core/chain/node.js';
import { CustosError } from '../../../core/errors.js';
import { derivedWithBump, readAddress } from '../address.js';
import { accountBytes } from '../complete.js';
import { Cursor, u64Bytes } from '../cursor.js';
import { accountMark } from '../programs/auction-house.js';
import { programs } from '../programs/ids.js';
import { askAccount } from '../transfer.js';

/** Where a program keeps something, and the byte that it adds to its seeds. */
export interface Derived {
  readonly address: string;
  readonly bump: number;
}

/** A marketplace, as the Auction House program keeps it. */
export interface Market {
  readonly address: string;
  readonly feeAccount: string;
  readonly treasury: string;
  readonly treasuryReceiver: string;
  readonly feeReceiver: string;
  readonly treasuryMint: string;
  readonly authority: string;
  readonly requiresSignOff: boolean;
}

/** An offer that nobody took yet. */
export interface Listing {
  readonly address: string;
  readonly tradeState: string;
  readonly seller: string;
  /** Where the Token Metadata program keeps what the token is. */
  readonly metadata: string;
  readonly price: bigint;
}

/** A unique token, as the Token Metadata program keeps it. */
export interface SoldToken {
  readonly mint: string;
  readonly creators: readonly string[];
}

const MARK_BYTES = 8;

/** The address that the Auction House program derives from names, addresses and amounts. */
export function placeOf(...seeds: readonly (string | bigint | { readonly named: string })[]): Derived {
  const bytes = seeds.map((seed) => {
    if (typeof seed === 'bigint') return u64Bytes(seed);
    return typeof seed === 'string' ? readAddress(seed) : new TextEncoder().encode(seed.named);
  });
  const found = derivedWithBump(bytes, programs.auctionHouse);
  if (found !== undefined) return { address: base58.encode(found.address), bump: found.bump };
  throw new CustosError('ADDRESS_INVALID', 'the Auction House program has no account for these addresses');
}

/** @throws CustosError TRANSACTION_UNSUPPORTED: it is no marketplace, or one whose sales another program makes; NODE_* */
export async function readMarket(address: string, node: NodeClient): Promise<Market> {
  const cursor = await readAccount({ address, kind: 'AuctionHouse', program: programs.auctionHouse }, node);
  if (cursor === undefined) throw unsupported(`${address} is the address of no marketplace`);
  const [feeAccount, treasury, treasuryReceiver] = [cursor.address(), cursor.address(), cursor.address()];
  const [feeReceiver, treasuryMint, authority] = [cursor.address(), cursor.address(), cursor.address()];
  // Creator, three bumps, fee.
  cursor.take(37);
  const requiresSignOff = cursor.small(1) !== 0;
  // canChangeSalePrice, a bump.
  cursor.take(2);
  if (cursor.small(1) !== 0) throw unsupported(`sales of the marketplace ${address} are made by another program`);
  const receivers = { treasuryReceiver, feeReceiver };
  return { address, feeAccount, treasury, ...receivers, treasuryMint, authority, requiresSignOff };
}

/** @throws CustosError TRANSACTION_UNSUPPORTED: no such offer at this marketplace, or it has ended; NODE_* */
export async function readListing(address: string, market: Market, node: NodeClient): Promise<Listing> {
  const cursor = await readAccount({ address, kind: 'ListingReceipt', program: programs.auctionHouse }, node);
  if (cursor === undefined) throw unsupported(`${address} is the address of no offer`);
  const tradeState = cursor.address();
  cursor.address();
  const [house, seller, metadata] = [cursor.address(), cursor.address(), cursor.address()];
  if (house !== market.address) throw unsupported(`the offer ${address} is at the marketplace ${house}`);
  if (cursor.small(1) !== 0) throw unsupported(`the offer ${address} was taken`);
  const [price, size] = [cursor.u64(), cursor.u64()];
  // Two bumps, the time.
  cursor.take(10);
  if (cursor.small(1) !== 0) throw unsupported(`the offer ${address} was cancelled`);
  if (size !== 1n) throw unsupported(`the offer ${address} is of ${size} tokens, and not of a unique one`);
  return { address, tradeState, seller, metadata, price };
}

/** @throws CustosError TRANSACTION_UNSUPPORTED: the account describes no token; NODE_* */
export async function readSold(metadata: string, node: NodeClient): Promise<SoldToken> {
  const account = await askAccount(metadata, node);
  const bytes = account === null ? undefined : accountBytes(account, programs.tokenMetadata);
  if (bytes === undefined) throw unsupported(`${metadata} describes no token`);
  const cursor = new Cursor(bytes, `the account ${metadata}`);
  // The kind of the account, and who may change it.
  cursor.take(33);
  const mint = cursor.address();
  // Name, symbol, address of the description.
  for (let text = 0; text < 3; text += 1) cursor.take(cursor.small(4));
  // The part of the creators.
  cursor.take(2);
  const count = cursor.small(1) === 0 ? 0 : cursor.small(4);
  const creators = Array.from({ length: count }, () => {
    const creator = cursor.address();
    // Whether the creator confirmed it, and the share.
    cursor.take(2);
    return creator;
  });
  return { mint, creators };
}

interface Kept {
  readonly address: string;
  readonly kind: string;
  readonly program: string;
}

/** Data of an account of the Anchor framework behind its mark; undefined where it is no such account. */
async function readAccount({ address, kind, program }: Kept, node: NodeClient): Promise<Cursor | undefined> {
  const account = await askAccount(address, node);
  const bytes = account === null ? undefined : accountBytes(account, program);
  if (bytes === undefined || bytes.length < MARK_BYTES) return undefined;
  const cursor = new Cursor(bytes, `the account ${address}`);
  const mark = accountMark(kind);
  return cursor.take(MARK_BYTES).every((byte, at) => byte === mark[at]) ? cursor : undefined;
}

export function unsupported(text: string): CustosError {
  return new CustosError('TRANSACTION_UNSUPPORTED', text);
}
