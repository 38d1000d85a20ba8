import type { TokenMove } from '../../../core/chain/summary.js';
import { type MethodCall, type MethodEffect, method, units } from './method.js';
import { writeText } from './texts.js';

/** Methods of contracts that sell items, at a price that a seller sets or to the one who bids most. */
export const marketMethods = [
  method('0x99fbba61', 'createListing(string,bool,address,uint256,uint256,address,uint256,address)', (call) =>
    offered(call, { seller: 5, amount: 6, words: `for ${price(call.number(4), call.address(7))}` }),
  ),
  method('0xe81f6f03', 'createAuction(string,bool,address,uint256,address,uint256,uint256,address)', (call) =>
    offered(call, { seller: 4, amount: 5, words: `to whoever bids most until block ${call.number(6)}` }),
  ),
  method('0x89508b27', 'buyAssetFromListing(string,address)', (call) => bought(call, call.sender)),
  method('0x8e8046ad', 'buyAssetFromListingForExternalBuyer(string,address,address)', (call) =>
    bought(call, call.address(2)),
  ),
  method('0x943f2261', 'cancelListing(string)', (call) => ended(call, 'takes back the listing')),
  method('0x5f483313', 'bid(string,uint256)', (call) => bidden(call, call.sender)),
  method('0x88e7b4d7', 'bidForExternalBidder(string,uint256,address)', (call) => bidden(call, call.address(2))),
  method('0xb60e7a3b', 'cancelAuction(string)', (call) => ended(call, 'takes back the auction')),
  method('0xa13d4e6b', 'settleAuction(string)', (call) => ended(call, 'ends the auction')),
  method('0x9407ea98', 'setMarketplaceFee(uint256)', feeSet),
  method('0xf59e754c', 'setAuctionFee(uint256)', feeSet),
  method('0x1e2ea2a3', 'setMarketplaceFeeRecipient(address)', recipientSet),
  method('0x3eac3f85', 'setAuctionFeeRecipient(address)', recipientSet),
];

interface Offer {
  /** Positions of arguments. */
  readonly seller: number;
  readonly amount: number;
  readonly words: string;
}

/** The market takes the item, so that it is out of the seller's hands from now on. */
function offered(call: MethodCall, { seller, amount, words }: Offer): MethodEffect {
  const [isUnique, contract, tokenId, from] = [
    call.number(1) !== 0n,
    call.address(2),
    call.number(3),
    call.address(seller),
  ];
  const move: TokenMove = {
    contract,
    standard: call.standard(isUnique ? 721 : 1155),
    from,
    to: call.contract,
    tokenId,
    action: 'transfer',
  };
  const count = call.number(amount);
  const what = isUnique ? `token ${tokenId}` : `${count} of token ${tokenId}`;
  const text = `offers ${what} of contract ${contract}, which ${from} owns, at contract ${call.contract} as ${name(call)} ${words}`;
  return { kind: 'token-transfer', moves: [isUnique ? move : { ...move, amount: count }], text };
}

/** The contract decides the price: of coins what goes along, of a token what the buyer allows it to take. */
function bought(call: MethodCall, buyer: string): MethodEffect {
  const asset = call.address(1);
  const text = `buys ${name(call)} at contract ${call.contract} for ${buyer}, paid in ${currency(asset)}`;
  const effect = { op: 'trade', code: 'market-order', from: buyer, to: call.contract, asset } as const;
  return { kind: 'contract-call', moves: [], text, effects: [effect] };
}

function bidden(call: MethodCall, bidder: string): MethodEffect {
  const amount = call.number(1);
  const text = `bids ${units(amount)} for ${name(call)} at contract ${call.contract} for ${bidder}`;
  const effect = { op: 'trade', code: 'market-order', from: bidder, to: call.contract, amount } as const;
  return { kind: 'contract-call', moves: [], text, effects: [effect] };
}

function ended(call: MethodCall, words: string): MethodEffect {
  const effect = { op: 'trade', to: call.contract } as const;
  return {
    kind: 'contract-call',
    moves: [],
    text: `${words} ${name(call)} at contract ${call.contract}`,
    effects: [effect],
  };
}

function feeSet(call: MethodCall): MethodEffect {
  const text = `sets the fee of contract ${call.contract} to ${call.number(0)} of ten thousand parts`;
  const effect = { op: 'issuer', code: 'issuer-settings', asset: call.contract } as const;
  return { kind: 'contract-call', moves: [], text, effects: [effect] };
}

function recipientSet(call: MethodCall): MethodEffect {
  const to = call.address(0);
  const text = `lets ${to} get the fees of contract ${call.contract}`;
  const effect = { op: 'issuer', code: 'issuer-settings', to, asset: call.contract } as const;
  return { kind: 'contract-call', moves: [], text, effects: [effect] };
}

function name(call: MethodCall): string {
  return writeText(call.bytes(0));
}

function price(amount: bigint, asset: string): string {
  return `${amount} smallest units of ${currency(asset)}`;
}

function currency(asset: string): string {
  return `token ${asset} (the coin, if that is the zero address)`;
}
