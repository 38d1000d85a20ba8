import { z } from 'zod';
import type { TronAction, TronBuilder } from '../../core/chain/builders/tron.js';
import type { Chain } from '../../core/chain/chain.js';
import { CustosError, type ErrorCode } from '../../core/errors.js';
import { readForm } from '../../http/body.js';
import { requestInvalid } from '../../http/problems.js';
import type { ReceivedForm } from '../building.js';
import type { GatewayRequest, RoleRoutes } from '../caller.js';
import type { GatewayContext } from '../context.js';
import { addressField, keyOf } from '../enqueue.js';
import { address, parseForm } from '../requests.js';
import { amount, digits, numericAmount, signer } from './parts.js';
import { queueAccount } from './queue-account.js';

/** Who acts. */
export const account = { ...signer, from: address };

const transfer = { ...account, to: address, amount };
const text = z.string().min(1).max(100);
/** What a stake buys. */
const stakeForm = z.object({ ...account, amount, resource: z.enum(['BANDWIDTH', 'ENERGY']) });

/** Forms of TRX, of stakes and of tokens of TRC-10 and TRC-20. */
const forms = {
  coins: z.object(transfer),
  trc10: z.object({ ...transfer, tokenId: text, digits }),
  trc20: z.object({ ...transfer, tokenAddress: address, feeLimit: numericAmount, digits }),
  issue: z.object({
    ...account,
    ...{ recipient: address, name: text, abbreviation: text, description: text, url: text },
    totalSupply: numericAmount,
    decimals: z.number().int().min(0).max(5),
  }),
};

/** Routes that queue what accounts of Tron ask for. */
export function tronRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  const slug = gateway.slugs.of('tron');
  const add = <T extends TronForm>(
    path: string,
    form: z.ZodType<T>,
    actionOf: (read: T, place: Read) => TronAction,
  ) => {
    routes.post(`/v3/${slug}/${path}`, ['submit'], async (request) => {
      const chain = gateway.chainOf(request.req.param('slug') ?? '');
      const body = await readForm(request);
      const read = parseForm(form, body);
      const place = { read: (property: string, given: string) => addressField(gateway, chain, property, given) };
      return queueTron(gateway, request, { chain, body, read, action: actionOf(read, place) });
    });
  };
  add('transaction', forms.coins, ({ to, amount: units }, { read }) => {
    return { kind: 'coins', to: read('to', to), amount: units };
  });
  add('trc10/transaction', forms.trc10, ({ to, amount: units, tokenId: token, digits: declared }, { read }) => {
    return {
      kind: 'trc10',
      to: read('to', to),
      amount: units,
      token,
      ...(declared !== undefined && { digits: declared }),
    };
  });
  add(
    'trc20/transaction',
    forms.trc20,
    ({ to, amount: units, tokenAddress, feeLimit, digits: declared }, { read }) => ({
      ...{ kind: 'trc20', to: read('to', to), contract: read('tokenAddress', tokenAddress), amount: units, feeLimit },
      ...(declared !== undefined && { digits: declared }),
    }),
  );
  add('freezeBalance', stakeForm, ({ amount: units, resource }) => ({ kind: 'freeze', amount: units, resource }));
  add('unfreezeBalance', stakeForm, ({ amount: units, resource }) => ({ kind: 'unfreeze', amount: units, resource }));
  add('trc10/deploy', forms.issue, ({ from, recipient, totalSupply, ...rest }, { read }) => {
    if (read('recipient', recipient) !== read('from', from)) {
      const reason = 'the network gives all of a new TRC-10 token to the account that makes it';
      throw requestInvalid([{ property: 'recipient', rule: 'equal', text: reason }]);
    }
    return { kind: 'issue', supply: totalSupply, ...rest };
  });
}

/** Reads an address of the request in the chain's own form. */
interface Read {
  readonly read: (property: string, given: string) => string;
}

/** What every form of Tron says. */
type TronForm = z.output<z.ZodObject<typeof account>>;

/** A form that was read, and what it asks for. */
interface TronOrder extends ReceivedForm {
  readonly read: TronForm;
  readonly action: TronAction;
}

/** Members at fault, by the code with which the chain refuses. */
const members: Readonly<Partial<Record<ErrorCode, string>>> = {
  AMOUNT_INVALID: 'amount',
  FEE_INVALID: 'feeLimit',
  RECEIVER_UNFIT: 'to',
};
/** Where the forms have other names. */
const membersOf: Readonly<Partial<Record<TronAction['kind'], typeof members>>> = {
  trc10: { PAYMENT_UNSUPPORTED: 'tokenId' },
  issue: { AMOUNT_INVALID: 'totalSupply' },
  call: { RECEIVER_UNFIT: 'contractAddress' },
};

/** Queues what an account of Tron asks for. @throws CustosError as `queueAccount` */
export function queueTron(gateway: GatewayContext, request: GatewayRequest, order: TronOrder): Promise<Response> {
  const { chain, body, read, action } = order;
  const from = addressField(gateway, chain, 'from', read.from);
  const key = keyOf(read.signatureId, read.index);
  return queueAccount(gateway, request, {
    ...{ chain, body, from },
    members: { ...members, ...membersOf[action.kind] },
    build: (context) => builderOf(chain).build({ from, key, ...action }, context),
  });
}

/** @throws CustosError NOT_OFFERED */
export function builderOf({ id, builder }: Chain): TronBuilder {
  if (builder?.kind === 'tron') return builder;
  throw new CustosError('NOT_OFFERED', `the gateway builds no such transactions of ${id}`);
}
