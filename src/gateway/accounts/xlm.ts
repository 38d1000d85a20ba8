import { z } from 'zod';
import type { StellarAction } from '../../core/chain/builders/stellar.js';
import { CustosError, type ErrorCode } from '../../core/errors.js';
import { readForm } from '../../http/body.js';
import type { ReceivedForm } from '../building.js';
import type { GatewayRequest, RoleRoutes } from '../caller.js';
import type { GatewayContext } from '../context.js';
import { addressField, keyOf } from '../enqueue.js';
import { parseForm } from '../requests.js';
import { amount, signer } from './parts.js';
import { queueAccount } from './queue-account.js';

/** G…, or M… with a number inside (CAP-27). */
const address = z.string().min(1).max(100);
const account = { ...signer, fromAccount: address };
const token = z.string().regex(/^[a-zA-Z0-9]{1,12}$/, 'must have 1 to 12 letters and digits');
const message = z
  .string()
  .regex(/^[ -~]{0,64}$/, 'must have at most 64 printable characters')
  .optional();

const paymentForm = z
  .object({
    ...account,
    ...{ to: address, amount, message, initialize: z.boolean().default(false) },
    ...{ token: token.optional(), issuerAccount: address.optional() },
  })
  .refine(({ token: code, issuerAccount }) => (code === undefined) === (issuerAccount === undefined), {
    message: 'token and issuerAccount go together',
    path: ['issuerAccount'],
  })
  .refine(({ token: code, initialize }) => !(initialize && code !== undefined), {
    message: 'a new account gets lumens only',
    path: ['initialize'],
  });
const trustForm = z.object({ ...account, token, issuerAccount: address, limit: amount.optional() });

/** Routes that queue what accounts of Stellar ask for. */
export function xlmRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  const slug = gateway.slugs.of('stellar');
  const add = (path: string, handle: (request: GatewayRequest, form: ReceivedForm) => Promise<Response>) => {
    routes.post(`/v3/${slug}/${path}`, ['submit'], async (request) => {
      const chain = gateway.chainOf(request.req.param('slug') ?? '');
      return handle(request, { chain, body: await readForm(request) });
    });
  };
  add('transaction', async (request, form) => {
    const read = parseForm(paymentForm, form.body);
    const { amount: units, token: code, issuerAccount, initialize } = read;
    const to = addressField(gateway, form.chain, 'to', read.to);
    const issuer = issuerAccount && addressField(gateway, form.chain, 'issuerAccount', issuerAccount);
    const action: StellarAction = {
      ...{ kind: initialize ? 'creation' : 'payment', to, amount: units },
      ...(code !== undefined && issuer !== undefined && { asset: { code, issuer } }),
      ...(read.message !== undefined && { message: read.message }),
    };
    return queue(gateway, request, { ...form, read, action });
  });
  add('trust', async (request, form) => {
    const read = parseForm(trustForm, form.body);
    const issuer = addressField(gateway, form.chain, 'issuerAccount', read.issuerAccount);
    const { token: code, limit } = read;
    const action: StellarAction = { kind: 'trust', asset: { code, issuer }, ...(limit !== undefined && { limit }) };
    return queue(gateway, request, { ...form, read, action });
  });
}

interface Order extends ReceivedForm {
  readonly read: z.output<z.ZodObject<typeof account>>;
  readonly action: StellarAction;
}

const payment = {
  ...{ AMOUNT_INVALID: 'amount', PAYMENT_UNSUPPORTED: 'message', MEMO_REQUIRED: 'message', RECEIVER_UNFIT: 'to' },
};
/** Members at fault, by the code with which the chain refuses. */
const membersOf: Readonly<Record<StellarAction['kind'], Readonly<Partial<Record<ErrorCode, string>>>>> = {
  payment,
  creation: payment,
  trust: { AMOUNT_INVALID: 'limit', PAYMENT_UNSUPPORTED: 'issuerAccount', RECEIVER_UNFIT: 'issuerAccount' },
};

function queue(gateway: GatewayContext, request: GatewayRequest, { chain, body, read, action }: Order) {
  const { builder } = chain;
  if (builder?.kind !== 'stellar') {
    throw new CustosError('NOT_OFFERED', `the gateway builds no such transactions of ${chain.id}`);
  }
  const from = addressField(gateway, chain, 'fromAccount', read.fromAccount);
  const key = keyOf(read.signatureId, read.index);
  const build = (context: Parameters<typeof builder.build>[1]) => builder.build({ from, key, ...action }, context);
  return queueAccount(gateway, request, { chain, body, from, members: membersOf[action.kind], build });
}
