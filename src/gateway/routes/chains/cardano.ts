import { z } from 'zod';
import type { SpendRequest, SpendSource } from '../../../core/chain/builders/bitcoind.js';
import type { RoleRoutes } from '../../caller.js';
import type { GatewayContext } from '../../context.js';
import { addressField, keyOf } from '../../enqueue.js';
import { decimal, index, parseForm, signatureId } from '../../requests.js';
import { kindRoutes } from './building.js';

/** Base addresses of the test network have 108 characters. */
const address = z.string().min(30).max(128);
const value = z.union([z.number().min(0), decimal]);

/**
 * `AdaTransactionFromAddressKMS` and `AdaTransactionFromUTXOKMS`. What the request says of the amount and the address of an output
 * is not read: the node says it. Without `fee` and `changeAddress` the least fee is paid, and change goes back.
 */
const spendForm = z
  .object({
    fromAddress: z
      .array(z.object({ address, signatureId, index: index.optional() }))
      .min(1)
      .max(200)
      .optional(),
    fromUTXO: z
      .array(
        z.object({
          txHash: z.string().regex(/^[0-9a-fA-F]{64}$/, 'must have 64 hexadecimal digits'),
          index,
          signatureId,
          signatureIdIndex: index.optional(),
        }),
      )
      .min(1)
      .max(200)
      .optional(),
    to: z.array(z.object({ address, value })).min(1).max(200),
    fee: value.optional(),
    changeAddress: address.optional(),
  })
  .refine(({ fromAddress, fromUTXO }) => (fromAddress === undefined) !== (fromUTXO === undefined), {
    message: 'one of fromAddress and fromUTXO must be there, and not both',
    path: ['fromAddress'],
  });

/** Routes of Cardano. */
export function cardanoRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  kindRoutes(routes, gateway, 'cardano').on('post', 'transaction', ({ chain, body }) => {
    const { fromAddress = [], fromUTXO = [], to, fee, changeAddress } = parseForm(spendForm, body);
    const shown = (property: string, text: string) => addressField(gateway, chain, property, text);
    const sources: readonly SpendSource[] = [
      ...fromAddress.map((one, at) => ({
        address: shown(`fromAddress.${at}.address`, one.address),
        key: keyOf(one.signatureId, one.index),
      })),
      ...fromUTXO.map((one) => ({
        txId: one.txHash.toLowerCase(),
        index: one.index,
        key: keyOf(one.signatureId, one.signatureIdIndex),
      })),
    ];
    const request: SpendRequest = {
      sources,
      to: to.map((one, at) => ({ address: shown(`to.${at}.address`, one.address), amount: one.value })),
      ...(fee !== undefined && { fee: String(fee) }),
      ...(changeAddress !== undefined && { changeAddress: shown('changeAddress', changeAddress) }),
    };
    return (builder, context) => builder.spend(request, context);
  });
}
