import { z } from 'zod';
import { checkField, requestInvalid } from '../../http/problems.js';
import { toSmallestUnit } from '../amounts.js';
import type { FormsByChain } from '../by-chain.js';
import type { GatewayContext } from '../context.js';
import { address, decimal } from '../requests.js';
import { callData, creationData } from './calls.js';
import { codeOf } from './codes.js';
import { scaled } from './decimals.js';
import { contract, digits } from './forms.js';
import { bareField, offerOperation } from './operation.js';

/** Operations of ERC-20 beside transfer and allowance. */
export function fungibleRoutes(forms: FormsByChain, gateway: GatewayContext): void {
  offerOperation(forms, gateway, {
    path: '/v3/blockchain/token/deploy',
    fields: {
      symbol: z.string().min(1).max(30),
      name: z.string().min(1).max(100).regex(/^\w+$/, 'must be letters, digits and underscores'),
      supply: decimal,
      totalCap: decimal.optional(),
      digits: z.number().int().min(1).max(30),
      address,
    },
    plan({ symbol, name, supply, totalCap = supply, digits: places, address: receiver }, place) {
      const amount = checkField('supply', () => toSmallestUnit(supply, places));
      const cap = checkField('totalCap', () => toSmallestUnit(totalCap, places));
      if (cap < amount) throw requestInvalid([{ property: 'totalCap', rule: 'min', text: 'is below the supply' }]);
      const holder = bareField(place, 'address', receiver);
      const types = ['string', 'string', 'address', 'uint8', 'uint256', 'uint256'];
      const values = [name, symbol, holder, BigInt(places), cap, amount];
      return { data: creationData(codeOf(gateway, 'token'), types, values), named: { target: 'address' } };
    },
  });
  offerOperation(forms, gateway, {
    path: '/v3/blockchain/token/mint',
    fields: { ...contract, to: address, amount: decimal, digits },
    async plan({ contractAddress, to, ...form }, place) {
      const amount = await scaled(place, { contract: contractAddress, property: 'amount', ...form });
      const data = callData('mint(address,uint256)', [bareField(place, 'to', to), amount]);
      return { to: contractAddress, data, named: { receiver: 'to', digits: form.digits } };
    },
  });
  offerOperation(forms, gateway, {
    path: '/v3/blockchain/token/burn',
    fields: { ...contract, amount: decimal, digits },
    async plan({ contractAddress, ...form }, place) {
      const amount = await scaled(place, { contract: contractAddress, property: 'amount', ...form });
      return { to: contractAddress, data: callData('burn(uint256)', [amount]), named: { digits: form.digits } };
    },
  });
}
