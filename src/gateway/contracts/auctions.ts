import { z } from 'zod';
import { isRecord } from '../../http/json.js';
import { requestInvalid } from '../../http/problems.js';
import type { FormsByChain } from '../by-chain.js';
import type { GatewayContext } from '../context.js';
import { address, decimal } from '../requests.js';
import { addressAnswer, askContract, callData, creationData, NO_TOKEN } from './calls.js';
import { codeOf } from './codes.js';
import { contract, permyriad, saleId, wholeNumber } from './forms.js';
import { countOf, currencyOf, paid } from './market.js';
import { bareField, offerOperation, type Place } from './operation.js';

const root = '/v3/blockchain/auction';
const sale = { ...contract, id: saleId };

/** Operations of contracts that sell items to the one who bids most. */
export function auctionRoutes(forms: FormsByChain, gateway: GatewayContext): void {
  offerOperation(forms, gateway, {
    path: root,
    fields: { feeRecipient: address, auctionFee: permyriad },
    plan({ feeRecipient, auctionFee }, place) {
      const values = [auctionFee, bareField(place, 'feeRecipient', feeRecipient)];
      return { data: creationData(codeOf(gateway, 'auction'), ['uint256', 'address'], values) };
    },
  });
  offerOperation(forms, gateway, {
    path: `${root}/approve`,
    fields: { ...contract, spender: address, isErc721: z.boolean(), tokenId: wholeNumber },
    plan({ contractAddress, spender, isErc721, tokenId }, place) {
      const taker = bareField(place, 'spender', spender);
      const data = isErc721
        ? callData('approve(address,uint256)', [taker, tokenId])
        : callData('setApprovalForAll(address,bool)', [taker, true]);
      return { to: contractAddress, data, named: { receiver: 'spender' } };
    },
  });
  offerOperation(forms, gateway, {
    path: `${root}/sell`,
    fields: {
      ...sale,
      nftAddress: address,
      seller: address,
      erc20Address: address.optional(),
      amount: wholeNumber.optional(),
      tokenId: wholeNumber,
      endedAt: z.number().int().min(0),
      isErc721: z.boolean(),
    },
    plan({ contractAddress, erc20Address, ...form }, place) {
      const data = callData('createAuction(string,bool,address,uint256,address,uint256,uint256,address)', [
        ...[form.id, form.isErc721, bareField(place, 'nftAddress', form.nftAddress), form.tokenId],
        ...[bareField(place, 'seller', form.seller), countOf(form), BigInt(form.endedAt)],
        currencyOf(place, erc20Address),
      ]);
      return { to: contractAddress, data };
    },
  });
  bidRoute(forms, gateway);
  for (const [name, signature] of [
    ['cancel', 'cancelAuction(string)'],
    ['settle', 'settleAuction(string)'],
  ] as const) {
    offerOperation(forms, gateway, {
      path: `${root}/${name}`,
      fields: sale,
      plan: ({ contractAddress, id }) => ({ to: contractAddress, data: callData(signature, [id]) }),
    });
  }
  offerOperation(forms, gateway, {
    ...{ method: 'put', path: `${root}/fee` },
    fields: { ...contract, auctionFee: permyriad },
    plan: ({ contractAddress, auctionFee }) => ({
      to: contractAddress,
      data: callData('setAuctionFee(uint256)', [auctionFee]),
    }),
  });
  offerOperation(forms, gateway, {
    ...{ method: 'put', path: `${root}/recipient` },
    fields: { ...contract, feeRecipient: address },
    plan: ({ contractAddress, feeRecipient }, place) => ({
      to: contractAddress,
      data: callData('setAuctionFeeRecipient(address)', [bareField(place, 'feeRecipient', feeRecipient)]),
    }),
  });
}

function bidRoute(forms: FormsByChain, gateway: GatewayContext): void {
  offerOperation(forms, gateway, {
    path: `${root}/bid`,
    fields: { ...sale, bidValue: decimal, erc20Address: address.optional(), bidder: address.optional() },
    async plan({ contractAddress, id, bidValue, erc20Address, bidder }, place) {
      const token = await tokenOf(place, { contractAddress, id, erc20Address });
      const amount = await paid(place, { erc20Address: token, amount: bidValue, property: 'bidValue' });
      if (bidder === undefined) {
        const data = callData('bid(string,uint256)', [id, amount]);
        return { to: contractAddress, data, ...(token === undefined && { value: amount }) };
      }
      if (token === undefined) {
        throw requestInvalid([{ property: 'bidder', rule: 'token', text: 'is for auctions that a token pays' }]);
      }
      const values = [id, amount, bareField(place, 'bidder', bidder)];
      return { to: contractAddress, data: callData('bidForExternalBidder(string,uint256,address)', values) };
    },
  });
}

interface Auction {
  readonly contractAddress: string;
  readonly id: string;
  /** As the request says. */
  readonly erc20Address: string | undefined;
}

/** What an auction's `getAuction` answers; the token that pays is its seventh value. */
const answered = 'address,address,uint256,bool,uint256,uint256,address,uint256,uint256,address,uint256'.split(',');
const TOKEN = '6';

/** @returns the token that pays the bids of an auction, or undefined for coins. @throws CustosError REQUEST_INVALID, NODE_* */
async function tokenOf(place: Place, { contractAddress, id, erc20Address }: Auction): Promise<string | undefined> {
  const data = callData('getAuction(string)', [id]);
  const found = await askContract(place, { to: contractAddress, data, results: answered });
  if (!isRecord(found) || addressAnswer(found['0'], 'getAuction') === NO_TOKEN) {
    throw requestInvalid([
      { property: 'id', rule: 'auction', text: `the contract ${contractAddress} has no such auction` },
    ]);
  }
  const token = addressAnswer(found[TOKEN], 'getAuction');
  if (erc20Address !== undefined && bareField(place, 'erc20Address', erc20Address) !== token) {
    const text = 'is not the token that pays the bids of this auction';
    throw requestInvalid([{ property: 'erc20Address', rule: 'token', text }]);
  }
  return token === NO_TOKEN ? undefined : token;
}
