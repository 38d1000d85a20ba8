import { z } from 'zod';
import type { VechainTransfer } from '../../../core/chain/builders/vechain.js';
import type { RoleRoutes } from '../../caller.js';
import type { GatewayContext } from '../../context.js';
import { addressField, keyOf } from '../../enqueue.js';
import { decimal, index, parseForm, signatureId, whole } from '../../requests.js';
import { dataField } from '../transfers.js';
import { kindRoutes, unitsField } from './building.js';

/** `TransferVetBlockchainKMS`; `index` is an extension. */
const transferForm = z.object({
  to: z.string().min(1).max(100),
  amount: decimal,
  data: z.string().max(10_000).optional(),
  fee: z.object({ gasLimit: whole }).optional(),
  signatureId,
  index: index.optional(),
});

/** Routes of VeChain. */
export function vechainRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  kindRoutes(routes, gateway, 'vechain').on('post', 'transaction', ({ chain, body }) => {
    const form = parseForm(transferForm, body);
    const data = dataField(form.data);
    const request: VechainTransfer = {
      key: keyOf(form.signatureId, form.index),
      to: addressField(gateway, chain, 'to', form.to),
      value: unitsField('amount', form.amount, chain.decimals),
      ...(data !== undefined && { data }),
      ...(form.fee && { gasLimit: unitsField('fee.gasLimit', form.fee.gasLimit, 0) }),
    };
    return (builder, context) => builder.transfer(request, context);
  });
}
