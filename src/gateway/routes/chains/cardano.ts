import { z } from 'zod';
import type { SpendRequest, SpendSource } from '../../../core/chain/builders/bitcoind.js';
import type { RoleRoutes } from '../../caller.js';
import type { GatewayContext } from '../../context.js';
import { addressField, keyOf } from '../../enqueue.js';
import { coins, parseSpend, spendFormOf } from '../../requests.js';
import { spending } from '../../spending.js';
import { kindRoutes } from './building.js';

/** Base addresses of the test network have 108 characters. */
const address = z.string().min(30).max(128);

/**
 * `AdaTransactionFromAddressKMS` and `AdaTransactionFromUTXOKMS`. What the request says of the amount and the address of an output
 * is not read: the node says it. Without `fee` and `changeAddress` the least fee is paid, and change goes back.
 */
const spendForm = spendFormOf({
  ...{ address, fee: coins },
  most: { outputs: 200, receivers: 200 },
});

/** Routes of Cardano. */
export function cardanoRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  kindRoutes(routes, gateway, 'cardano').on('post', 'transaction', ({ chain, body }) => {
    const { fromAddress = [], fromUTXO = [], to, fee, changeAddress } = parseSpend(spendForm, body);
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
    return (builder, context) => spending(() => builder.spend(request, context));
  });
}
