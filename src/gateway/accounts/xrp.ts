import { z } from 'zod';
import type { XrpAction } from '../../core/chain/builders/xrp-ledger.js';
import { CustosError, type ErrorCode } from '../../core/errors.js';
import { readForm } from '../../http/body.js';
import { requestInvalid } from '../../http/problems.js';
import { answer } from '../answers.js';
import type { ReceivedForm } from '../building.js';
import type { GatewayRequest, RoleRoutes } from '../caller.js';
import type { GatewayContext } from '../context.js';
import { addressField, keyOf } from '../enqueue.js';
import { address, parseForm } from '../requests.js';
import { amount, signer } from './parts.js';
import { queueAccount } from './queue-account.js';

const account = { ...signer, fromAccount: address, fee: amount.optional() };
const tag = z.number().int().min(0).max(0xffff_ffff).optional();
const token = z.string().regex(/^[A-Fa-f0-9]{40}$/, 'must have 40 hexadecimal digits');

const paymentForm = z
  .object({
    ...account,
    ...{ to: address, amount, sourceTag: tag, destinationTag: tag },
    ...{ token: token.optional(), issuerAccount: address.optional() },
  })
  .refine(({ token: code, issuerAccount }) => (code === undefined) === (issuerAccount === undefined), {
    message: 'token and issuerAccount go together',
    path: ['issuerAccount'],
  });
const trustForm = z.object({ ...account, token, issuerAccount: address, limit: amount });
const settingsForm = z.object({
  ...account,
  ...{ rippling: z.boolean().optional(), requireDestinationTag: z.boolean().optional() },
});

/** Routes that queue what accounts of the XRP Ledger ask for. */
export function xrpRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  const slug = gateway.slugs.of('xrp-ledger');
  const add = (path: string, handle: (request: GatewayRequest, form: ReceivedForm) => Response | Promise<Response>) => {
    routes.post(`/v3/${slug}/${path}`, ['submit'], async (request) => {
      const chain = gateway.chainOf(request.req.param('slug') ?? '');
      return handle(request, { chain, body: await readForm(request) });
    });
  };
  add('transaction', (request, form) => {
    const read = parseForm(paymentForm, form.body);
    const { to, amount: units, sourceTag, destinationTag, token: code, issuerAccount } = read;
    // As the request has it: an address may have a tag inside.
    addressField(gateway, form.chain, 'to', to);
    const issuer = issuerAccount && addressField(gateway, form.chain, 'issuerAccount', issuerAccount);
    const action: XrpAction = {
      ...{ kind: 'payment', to, amount: units },
      ...(code !== undefined && issuer !== undefined && { currency: { code: code.toUpperCase(), issuer } }),
      ...(sourceTag !== undefined && { sourceTag }),
      ...(destinationTag !== undefined && { destinationTag }),
    };
    return queue(gateway, request, { ...form, read, action });
  });
  add('trust', (request, form) => {
    const read = parseForm(trustForm, form.body);
    const issuer = addressField(gateway, form.chain, 'issuerAccount', read.issuerAccount);
    const currency = { code: read.token.toUpperCase(), issuer };
    return queue(gateway, request, { ...form, read, action: { kind: 'trust', currency, limit: read.limit } });
  });
  add('account/settings', (request, form) => {
    const read = parseForm(settingsForm, form.body);
    const { rippling, requireDestinationTag } = read;
    if (rippling !== undefined && requireDestinationTag !== undefined) {
      return answer(
        403,
        'xrp.settings.multiple',
        'One transaction changes one setting: rippling or requireDestinationTag.',
      );
    }
    const [flag, isSet] =
      rippling === undefined
        ? (['requireDestinationTag', requireDestinationTag] as const)
        : (['rippling', rippling] as const);
    if (isSet === undefined) {
      const text = 'rippling or requireDestinationTag must be there';
      throw requestInvalid([{ property: 'rippling', rule: 'required', text }]);
    }
    return queue(gateway, request, { ...form, read, action: { kind: 'settings', flag, isSet } });
  });
}

interface Order extends ReceivedForm {
  readonly read: z.output<z.ZodObject<typeof account>>;
  readonly action: XrpAction;
}

/** Members at fault, by the code with which the chain refuses. */
const membersOf: Readonly<Record<XrpAction['kind'], Readonly<Partial<Record<ErrorCode, string>>>>> = {
  payment: {
    ...{ AMOUNT_INVALID: 'amount', FEE_INVALID: 'fee', MEMO_REQUIRED: 'destinationTag' },
    ...{ PAYMENT_UNSUPPORTED: 'token', RECEIVER_UNFIT: 'to' },
  },
  trust: {
    ...{ AMOUNT_INVALID: 'limit', FEE_INVALID: 'fee', PAYMENT_UNSUPPORTED: 'token', RECEIVER_UNFIT: 'issuerAccount' },
  },
  settings: { FEE_INVALID: 'fee' },
};

function queue(gateway: GatewayContext, request: GatewayRequest, { chain, body, read, action }: Order) {
  const { builder } = chain;
  if (builder?.kind !== 'xrp-ledger') {
    throw new CustosError('NOT_OFFERED', `the gateway builds no such transactions of ${chain.id}`);
  }
  const from = addressField(gateway, chain, 'fromAccount', read.fromAccount);
  const key = keyOf(read.signatureId, read.index);
  const fee = read.fee === undefined ? {} : { fee: read.fee };
  const build = (context: Parameters<typeof builder.build>[1]) =>
    builder.build({ from, key, ...fee, ...action }, context);
  return queueAccount(gateway, request, { chain, body, from, members: membersOf[action.kind], build });
}
