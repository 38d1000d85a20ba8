import { z } from 'zod';
import type { MultiversxTransfer } from '../../../core/chain/builders/multiversx.js';
import type { RoleRoutes } from '../../caller.js';
import type { GatewayContext } from '../../context.js';
import { addressField, keyOf } from '../../enqueue.js';
import { decimal, index, parseForm, signatureId, whole } from '../../requests.js';
import { amountField, kindRoutes, unitsField } from './building.js';

const account = z.string().length(62);

/** `TransferEgldBlockchainKMS`. Tokens go by `data`, as the network writes their transfers. */
const transferForm = z.object({
  from: account,
  to: account,
  amount: decimal,
  data: z.string().max(50_000).optional(),
  fee: z.object({ gasLimit: whole.optional(), gasPrice: whole.optional() }).optional(),
  signatureId,
  index: index.optional(),
});

/** Routes of MultiversX. */
export function multiversxRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  kindRoutes(routes, gateway, 'multiversx').on('post', 'transaction', ({ chain, body }) => {
    const { from, to, amount, data, fee = {}, ...form } = parseForm(transferForm, body);
    const fees = Object.entries(fee).flatMap(([name, text]) =>
      text === undefined ? [] : [[name, unitsField(`fee.${name}`, text, 0).toString()]],
    );
    const request: MultiversxTransfer = {
      key: keyOf(form.signatureId, form.index),
      from: addressField(gateway, chain, 'from', from),
      to: addressField(gateway, chain, 'to', to),
      amount: amountField('amount', amount, chain.decimals),
      ...(data !== undefined && data !== '' && { data }),
      ...Object.fromEntries(fees),
    };
    return (builder, context) => builder.transfer(request, context);
  });
}
