import { associatedTokenAddress } from '../address.js';
import { u64Bytes } from '../cursor.js';
import type { AccountUse, Instruction } from '../message.js';
import { NATIVE_MINT, programs } from '../programs/ids.js';
import { readonly, signing, writable } from '../transfer.js';
import { type Market, placeOf } from './market-accounts.js';
import { calledPrograms, instruction, signer } from './market-instructions.js';
import { metadataAddress } from './metadata.js';

/** The page of the network that shows a program the other instructions of its transaction. */
const INSTRUCTIONS = 'Sysvar1nstructions1111111111111111111111111';
const house = { named: 'auction_house' };
/** Of a unique token. */
const ONE = u64Bytes(1n);

/** A marketplace for a sale. */
export interface SaleMarket extends Market {
  /** Whether the owner of the marketplace signs as well. */
  readonly isSigned: boolean;
}

interface Offer {
  readonly seller: string;
  readonly token: string;
  /** In the smallest unit of what buyers pay with. */
  readonly price: bigint;
}

interface Purchase extends Offer {
  readonly buyer: string;
  /** They get their part of the price. */
  readonly creators: readonly string[];
}

/** Offers a unique token; it stays with its seller, and the program may take it (sell, print_listing_receipt). */
export function offer(market: SaleMarket, sale: Offer): readonly Instruction[] {
  const { seller, token, price } = sale;
  const [state, free] = [tradeState(market, sale, seller), tradeState(market, { ...sale, price: 0n }, seller)];
  const receipt = receiptOf('listing_receipt', state.address);
  const program = placeOf(house, { named: 'signer' });
  return [
    instruction('Sell', {
      accounts: [
        signer(seller),
        writable(tokenAccount(sale)),
        readonly(metadataAddress(token)),
        ...ofMarket(market),
        ...[state, free].map(({ address }) => writable(address)),
        ...calledPrograms.withoutTokenAccounts,
        readonly(program.address),
        calledPrograms.rent,
      ],
      data: [Uint8Array.of(state.bump, free.bump, program.bump), u64Bytes(price), ONE],
    }),
    printing('PrintListingReceipt', receipt, seller),
  ];
}

/** Takes an offer back (cancel, cancel_listing_receipt). */
export function cancellation(market: SaleMarket, sale: Offer): readonly Instruction[] {
  const { seller, token, price } = sale;
  const state = tradeState(market, sale, seller);
  return [
    instruction('Cancel', {
      accounts: [
        signing(seller),
        writable(tokenAccount(sale)),
        readonly(token),
        ...ofMarket(market),
        writable(state.address),
        readonly(programs.token),
      ],
      data: [u64Bytes(price), ONE],
    }),
    instruction('CancelListingReceipt', {
      accounts: [
        writable(receiptOf('listing_receipt', state.address).address),
        readonly(programs.system),
        readonly(INSTRUCTIONS),
      ],
      data: [],
    }),
  ];
}

/** Bids the price of an offer, and settles the sale at once (buy, print_bid_receipt, execute_sale, print_purchase_receipt). */
export function purchase(market: SaleMarket, sale: Purchase): readonly Instruction[] {
  const { buyer, seller, token, price, creators } = sale;
  const { treasuryMint } = market;
  const isNative = treasuryMint === NATIVE_MINT;
  const walletFor = (wallet: string) =>
    isNative ? wallet : associatedTokenAddress(wallet, treasuryMint, programs.token);
  const metadata = readonly(metadataAddress(token));
  const escrow = placeOf(house, market.address, buyer);
  const [bid, sold] = [tradeState(market, sale, buyer), tradeState(market, sale, seller)];
  const free = tradeState(market, { ...sale, price: 0n }, seller);
  const program = placeOf(house, { named: 'signer' });
  const bidReceipt = receiptOf('bid_receipt', bid.address);
  const purchaseReceipt = placeOf({ named: 'purchase_receipt' }, sold.address, bid.address);
  const paid = creators.flatMap((creator) => (isNative ? [creator] : [creator, walletFor(creator)]));
  return [
    instruction('Buy', {
      accounts: [
        signer(buyer),
        writable(walletFor(buyer)),
        ...[buyer, treasuryMint, tokenAccount(sale)].map(readonly),
        metadata,
        writable(escrow.address),
        ...ofMarket(market),
        writable(bid.address),
        ...calledPrograms.withoutTokenAccounts,
        calledPrograms.rent,
      ],
      data: [Uint8Array.of(bid.bump, escrow.bump), u64Bytes(price), ONE],
    }),
    printing('PrintBidReceipt', bidReceipt, buyer),
    instruction('ExecuteSale', {
      accounts: [
        ...[buyer, seller, tokenAccount(sale)].map(writable),
        readonly(token),
        metadata,
        readonly(treasuryMint),
        ...[escrow.address, walletFor(seller), associatedTokenAddress(buyer, token, programs.token)].map(writable),
        ...ofMarket(market),
        ...[market.treasury, bid.address, sold.address, free.address].map(writable),
        ...calledPrograms.all.slice(0, 3),
        readonly(program.address),
        calledPrograms.rent,
        ...paid.map(writable),
      ],
      data: [Uint8Array.of(escrow.bump, free.bump, program.bump), u64Bytes(price), ONE],
    }),
    instruction('PrintPurchaseReceipt', {
      accounts: [
        ...[purchaseReceipt, receiptOf('listing_receipt', sold.address), bidReceipt].map(({ address }) =>
          writable(address),
        ),
        signing(buyer),
        readonly(programs.system),
        calledPrograms.rent,
        readonly(INSTRUCTIONS),
      ],
      data: [Uint8Array.of(purchaseReceipt.bump)],
    }),
  ];
}

function printing(
  method: string,
  receipt: { readonly address: string; readonly bump: number },
  by: string,
): Instruction {
  const accounts = [writable(receipt.address), signing(by), readonly(programs.system), calledPrograms.rent];
  return instruction(method, {
    accounts: [...accounts, readonly(INSTRUCTIONS)],
    data: [Uint8Array.of(receipt.bump)],
  });
}

function ofMarket({ authority, isSigned, address, feeAccount }: SaleMarket): readonly AccountUse[] {
  return [isSigned ? signer(authority) : readonly(authority), readonly(address), writable(feeAccount)];
}

/** Where the program keeps that somebody wants this trade. */
function tradeState({ address, treasuryMint }: Market, sale: Offer, wallet: string) {
  return placeOf(house, wallet, address, tokenAccount(sale), treasuryMint, sale.token, sale.price, 1n);
}

function receiptOf(kind: string, state: string) {
  return placeOf({ named: kind }, state);
}

/** A token stays in the account of its seller until it is sold. */
function tokenAccount({ seller, token }: Offer): string {
  return associatedTokenAddress(seller, token, programs.token);
}
