import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { isRecord } from '../../http/json.js';
import { requestInvalid } from '../../http/problems.js';
import type { FormsByChain } from '../by-chain.js';
import { callerOf, type GatewayRequest, type RoleRoutes, requireChain } from '../caller.js';
import type { GatewayContext } from '../context.js';
import { addressField } from '../enqueue.js';
import { address } from '../requests.js';
import { addressAnswer, askContract, callData } from './calls.js';
import { creationCodes } from './creation-codes.js';
import { builderOf, factoryOf, MOST_WALLETS } from './custody.js';
import { bareField, offerOperation, type Place, placeOf } from './operation.js';

/** Most addresses in one answer. */
const MOST_ADDRESSES = 5000;
/** A number of a wallet: more than anybody counts, and exact in JSON. */
const number = z.number().int().min(0);
const range = { owner: address, from: number, to: number };
const rangeForm = z.object(range);

/** Addresses for customers, which are known before the wallets at them are made, and which their owner makes able to send. */
export function gasPumpRoutes(routes: RoleRoutes, forms: FormsByChain, gateway: GatewayContext): void {
  forms.post('/v3/gas-pump', {
    offers: ({ builder }) => builder?.kind === 'evm',
    handle: async ({ request, chain, body }) => {
      requireChain(callerOf(request), chain.id);
      const form = checkForm(body);
      const place = { gateway, chain };
      const indexes = indexesOf(form, MOST_ADDRESSES);
      return request.json(await addressesOf(place, addressField(gateway, chain, 'owner', form.owner), indexes));
    },
  });
  // An extension: the contract that makes the wallets, for an operator who has none.
  offerOperation(forms, gateway, {
    path: '/v3/gas-pump/factory',
    fields: {},
    plan: () => ({ data: creationCodes['wallet-factory'] }),
  });
  offerOperation(forms, gateway, {
    path: '/v3/gas-pump/activate',
    fields: { ...range, feesCovered: z.literal(false).optional() },
    // On Tron nobody can say before where a wallet will be: it hashes the address with another byte than factories do.
    isForEthereumOnly: true,
    async plan({ owner, ...numbers }, place) {
      const indexes = indexesOf(numbers, MOST_WALLETS);
      const factory = factoryOf(gateway, place.chain);
      await addressesOf(place, addressField(gateway, place.chain, 'owner', owner), indexes);
      const data = callData('createBatch(address,uint256[])', [bareField(place, 'owner', owner), indexes]);
      return { to: factory, data, named: { target: 'chain' } };
    },
  });
  routes.get('/v3/gas-pump/activated/:chain/:owner/:index', ['read', 'sign'], (request) =>
    isActivated(gateway, request),
  );
}

function checkForm(body: unknown): z.output<typeof rangeForm> {
  const result = rangeForm.safeParse(body);
  if (result.success) return result.data;
  throw requestInvalid(
    result.error.issues.map(({ path, code, message }) => ({ property: path.join('.'), rule: code, text: message })),
  );
}

function indexesOf({ from, to }: { readonly from: number; readonly to: number }, most: number): readonly bigint[] {
  if (to < from) throw requestInvalid([{ property: 'to', rule: 'min', text: 'is below from' }]);
  if (to - from >= most) throw requestInvalid([{ property: 'to', rule: 'max', text: `is ${most} or more above from` }]);
  return Array.from({ length: to - from + 1 }, (_, at) => BigInt(from + at));
}

/**
 * The addresses of wallets follow from the factory's address alone. The factory is asked for the first one: if it makes its
 * wallets in another way, nobody could ever spend what is sent to the addresses.
 * @throws CustosError CONFIG_INVALID, NODE_*
 */
async function addressesOf(place: Place, owner: string, indexes: readonly bigint[]): Promise<readonly string[]> {
  const { gateway, chain } = place;
  const factory = factoryOf(gateway, chain);
  const found = builderOf(chain).walletAddresses({ factory, owner }, indexes);
  const [first = 0n] = indexes;
  const { address: told } = await walletOf(place, owner, first);
  if (told !== bareField(place, 'owner', found[0] ?? '')) {
    throw new CustosError(
      'CONFIG_INVALID',
      `${factory} on ${chain.id} makes no wallets at addresses that can be known before`,
    );
  }
  return found;
}

/** What the factory says about one wallet. */
async function walletOf(place: Place, owner: string, index: bigint) {
  const factory = factoryOf(place.gateway, place.chain);
  const data = callData('getWallet(address,uint256)', [bareField(place, 'owner', owner), index]);
  const answer = await askContract(place, { to: factory, data, results: ['address', 'bool', 'bytes32'] });
  if (!isRecord(answer)) throw new CustosError('CONFIG_INVALID', `there is no factory of wallets at ${factory}`);
  return { address: addressAnswer(answer['0'], 'getWallet'), exists: answer['1'] === true };
}

async function isActivated(gateway: GatewayContext, request: GatewayRequest): Promise<Response> {
  const place = placeOf(gateway, request);
  const owner = addressField(gateway, place.chain, 'owner', request.req.param('owner') ?? '');
  const text = request.req.param('index') ?? '';
  if (!/^\d{1,15}$/.test(text)) throw requestInvalid([{ property: 'index', rule: 'number', text: 'must be a number' }]);
  await addressesOf(place, owner, [BigInt(text)]);
  return request.json({ activated: (await walletOf(place, owner, BigInt(text))).exists });
}
