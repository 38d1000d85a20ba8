import type { GatewayContext } from '../context.js';
import { type Argument, creationData } from './calls.js';
import { creationCodes } from './creation-codes.js';

/** Kinds of assets that a custody wallet may hold beside coins, by their standards. */
const held = ['20', '721', '1155'] as const;

/** What a custody wallet is made for. */
export interface CustodyAbilities {
  /** ERC-20, ERC-721 and ERC-1155, in this order. */
  readonly kinds: readonly [boolean, boolean, boolean];
  /** Several transfers at once. */
  readonly batch: boolean;
}

const custodyNames = [1, 2, 3, 4, 5, 6, 7].flatMap((mask) => {
  const name = custodyName(held.map((_, at) => (mask & (1 << at)) !== 0));
  return [name, `${name}-batch`];
});

/** Names by which the operator brings creation code of their own in place of that of this program. */
export const codeNames: readonly string[] = ['token', 'nft', 'multitoken', 'listing', 'auction', ...custodyNames];

/** Creation code of this program for contracts with the same constructor as the documented ones. */
const own = {
  token: creationCodes.token,
  nft: creationCodes.collection,
  multitoken: creationCodes.multitoken,
  listing: creationCodes.listing,
  auction: creationCodes.auction,
} as const;

/** @returns the operator's creation code, or this program's; the constructor's arguments follow it */
export function codeOf({ contracts }: GatewayContext, name: keyof typeof own): string {
  return contracts.codes.get(name) ?? own[name];
}

/** The data that creates a custody wallet. The documented wallets of each combination are contracts of their own, without arguments. */
export function custodyCreation({ contracts }: GatewayContext, { kinds, batch }: CustodyAbilities): string {
  const given = contracts.codes.get(`${custodyName(kinds)}${batch ? '-batch' : ''}`);
  if (given !== undefined) return given;
  const values: Argument[] = [...kinds, batch];
  return creationData(creationCodes['custody-wallet'], ['bool', 'bool', 'bool', 'bool'], values);
}

function custodyName(kinds: readonly boolean[]): string {
  return ['custody', ...held.filter((_, at) => kinds[at] === true)].join('-');
}
