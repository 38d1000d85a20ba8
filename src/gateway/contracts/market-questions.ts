import { formatUnits } from '../../core/chain/units.js';
import { CustosError } from '../../core/errors.js';
import { answer } from '../answers.js';
import type { GatewayRequest, RoleRoutes } from '../caller.js';
import type { GatewayContext } from '../context.js';
import { addressField } from '../enqueue.js';
import type { AbiParameter } from '../requests.js';
import { blockTimeRoutes } from './block-time.js';
import { addressAnswer, askContract, callData, NO_TOKEN } from './calls.js';
import { decimalsOf } from './decimals.js';
import { type Place, placeOf } from './operation.js';

const asking = ['read', 'sign'] as const;
const listings = '/v3/blockchain/marketplace/listing/:chain/:contract';
const auctions = '/v3/blockchain/auction/:chain/:contract';

/** A sale as its contract keeps it, value by value. */
const offerForm =
  'listingId:string isErc721:bool state:uint8 nftAddress:address seller:address erc20Address:address tokenId:uint256 ' +
  'amount:uint256 price:uint256 buyer:address';
const auctionForm =
  'seller:address nftAddress:address tokenId:uint256 isErc721:bool endedAt:uint256 startedAt:uint256 erc20Address:address ' +
  'amount:uint256 endingPrice:uint256 bidder:address highestBid:uint256';
/** Values that the API writes in whole coins or tokens. */
const prices: ReadonlySet<string> = new Set(['price', 'endingPrice', 'highestBid']);

/** Questions to contracts that sell items: what they take, who gets it, and what is on sale. */
export function marketQuestionRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  for (const [path, method] of [
    [listings, 'getMarketplaceFee'],
    [auctions, 'getAuctionFee'],
  ] as const) {
    routes.get(`${path}/fee`, asking, async (request) => {
      const told = await ask(gateway, request, { method: `${method}()`, results: [{ type: 'uint256' }] });
      // Contracts count in hundredths of a percent, and the API in percents.
      return told.value === undefined ? missing() : request.json(Number(told.value) / 100);
    });
    routes.get(`${path}/recipient`, asking, async (request) => {
      const told = await ask(gateway, request, { method: `${method}Recipient()`, results: [{ type: 'address' }] });
      if (told.value === undefined) return missing();
      return request.json({ address: shown(told.place, addressAnswer(told.value, method)) });
    });
  }
  routes.get(`${listings}/listing/:id`, asking, (request) =>
    saleOf(gateway, request, { method: 'getListing(string)', form: offerForm }),
  );
  // The path of an auction would take these for its own.
  blockTimeRoutes(routes, gateway);
  routes.get(`${auctions}/:id`, asking, (request) =>
    saleOf(gateway, request, { method: 'getAuction(string)', form: auctionForm }),
  );
}

interface Asked {
  readonly method: string;
  readonly results: readonly AbiParameter[];
  readonly values?: readonly string[];
}

async function ask(gateway: GatewayContext, request: GatewayRequest, { method, results, values = [] }: Asked) {
  const place = placeOf(gateway, request);
  if (place.chain.builder?.kind !== 'evm') {
    throw new CustosError('NOT_OFFERED', `no contract of this kind is asked on ${place.chain.id}`);
  }
  const to = addressField(gateway, place.chain, 'contractAddress', request.req.param('contract') ?? '');
  const value = await askContract(place, { to, data: callData(method, values), results });
  return { place, value };
}

async function saleOf(
  gateway: GatewayContext,
  request: GatewayRequest,
  { method, form }: { readonly method: string; readonly form: string },
): Promise<Response> {
  const components = form.split(' ').map((part) => {
    const [name = '', type = ''] = part.split(':');
    return { name, type };
  });
  const results = [{ type: 'tuple', components }];
  const { place, value } = await ask(gateway, request, { method, results, values: [request.req.param('id') ?? ''] });
  const said: readonly unknown[] = Array.isArray(value) ? value : [];
  const values = Object.fromEntries(components.map(({ name }, at) => [name, said[at]]));
  if (value === undefined || values['seller'] === NO_TOKEN) return missing();
  const token = addressAnswer(values['erc20Address'], method);
  const decimals = token === NO_TOKEN ? place.chain.decimals : await decimalsOf(place, token);
  const members = components.flatMap(({ name, type }) => {
    const one = values[name];
    if (type === 'address') return one === NO_TOKEN ? [] : [[name, shown(place, addressAnswer(one, method))]];
    if (prices.has(name)) return [[name, formatUnits(BigInt(String(one)), decimals)]];
    return [[name, typeof one === 'boolean' ? one : String(one)]];
  });
  return request.json(Object.fromEntries(members));
}

function shown({ gateway, chain }: Place, address: string): string {
  return addressField(gateway, chain, 'contractAddress', address);
}

function missing(): Response {
  return answer(404, 'not.found', 'The contract has no such sale, or is of another kind.');
}
