import { z } from 'zod';
import { checkField, requestInvalid } from '../../http/problems.js';
import { toSmallestUnit } from '../amounts.js';
import type { FormsByChain } from '../by-chain.js';
import type { GatewayContext } from '../context.js';
import { address, decimal } from '../requests.js';
import { callData, creationData, NO_TOKEN } from './calls.js';
import { codeOf } from './codes.js';
import { scaled } from './decimals.js';
import { contract, permyriad, saleId, wholeNumber } from './forms.js';
import { bareField, offerOperation, type Place } from './operation.js';

const root = '/v3/blockchain/marketplace/listing';

/** Operations of contracts that sell items at a price of their sellers. */
export function marketRoutes(forms: FormsByChain, gateway: GatewayContext): void {
  offerOperation(forms, gateway, {
    path: root,
    fields: { feeRecipient: address, marketplaceFee: permyriad },
    plan({ feeRecipient, marketplaceFee }, place) {
      const values = [marketplaceFee, bareField(place, 'feeRecipient', feeRecipient)];
      return { data: creationData(codeOf(gateway, 'listing'), ['uint256', 'address'], values) };
    },
  });
  offerOperation(forms, gateway, {
    path: `${root}/sell`,
    fields: {
      ...contract,
      nftAddress: address,
      seller: address,
      erc20Address: address.optional(),
      listingId: saleId,
      amount: wholeNumber.optional(),
      tokenId: wholeNumber,
      price: decimal,
      isErc721: z.boolean(),
    },
    async plan({ contractAddress, erc20Address, price, ...form }, place) {
      const amount = countOf(form);
      const data = callData('createListing(string,bool,address,uint256,uint256,address,uint256,address)', [
        ...[form.listingId, form.isErc721, bareField(place, 'nftAddress', form.nftAddress), form.tokenId],
        await paid(place, { erc20Address, amount: price, property: 'price' }),
        ...[bareField(place, 'seller', form.seller), amount, currencyOf(place, erc20Address)],
      ]);
      return { to: contractAddress, data };
    },
  });
  offerOperation(forms, gateway, {
    path: `${root}/buy`,
    fields: {
      ...contract,
      listingId: saleId,
      amount: decimal.optional(),
      erc20Address: address.optional(),
      buyer: address.optional(),
    },
    plan({ contractAddress, listingId, amount, erc20Address, buyer }, place) {
      const values = [listingId, currencyOf(place, erc20Address)];
      const data =
        buyer === undefined
          ? callData('buyAssetFromListing(string,address)', values)
          : callData('buyAssetFromListingForExternalBuyer(string,address,address)', [
              ...values,
              bareField(place, 'buyer', buyer),
            ]);
      // Clients name the price in tokens too, which the contract takes by itself.
      const paid = coins(place, 'amount', amount ?? '0');
      return { to: contractAddress, data, value: erc20Address === undefined ? paid : 0n };
    },
  });
  offerOperation(forms, gateway, {
    path: `${root}/cancel`,
    fields: { ...contract, listingId: saleId },
    plan: ({ contractAddress, listingId }) => ({
      to: contractAddress,
      data: callData('cancelListing(string)', [listingId]),
    }),
  });
  offerOperation(forms, gateway, {
    ...{ method: 'put', path: `${root}/fee` },
    fields: { ...contract, marketplaceFee: permyriad },
    plan: ({ contractAddress, marketplaceFee }) => ({
      to: contractAddress,
      data: callData('setMarketplaceFee(uint256)', [marketplaceFee]),
    }),
  });
  offerOperation(forms, gateway, {
    ...{ method: 'put', path: `${root}/recipient` },
    fields: { ...contract, feeRecipient: address },
    plan: ({ contractAddress, feeRecipient }, place) => ({
      to: contractAddress,
      data: callData('setMarketplaceFeeRecipient(address)', [bareField(place, 'feeRecipient', feeRecipient)]),
    }),
  });
}

/** How many of an item are sold: of a unique one that is no question. */
export function countOf({ isErc721, amount }: { readonly isErc721: boolean; readonly amount?: bigint | undefined }) {
  if (isErc721 || (amount !== undefined && amount > 0n)) return amount ?? 0n;
  throw requestInvalid([{ property: 'amount', rule: 'required', text: 'must say how many are sold' }]);
}

/** The token that pays, as contracts want to hear it. */
export function currencyOf(place: Place, erc20Address: string | undefined): string {
  return erc20Address === undefined ? NO_TOKEN : bareField(place, 'erc20Address', erc20Address);
}

interface Payment {
  readonly erc20Address: string | undefined;
  readonly amount: string;
  readonly property: string;
}

/** An amount in the smallest unit of the token that pays, or of the coin. */
export async function paid(place: Place, { erc20Address, amount, property }: Payment): Promise<bigint> {
  if (erc20Address === undefined) return coins(place, property, amount);
  return scaled(place, { contract: bareField(place, 'erc20Address', erc20Address), amount, property });
}

function coins({ chain }: Place, property: string, amount: string): bigint {
  return checkField(property, () => toSmallestUnit(amount, chain.decimals));
}
