import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { requestInvalid } from '../../http/problems.js';
import type { FormsByChain } from '../by-chain.js';
import type { GatewayContext } from '../context.js';
import { address } from '../requests.js';
import { offerOperation } from './operation.js';

/** Text on the chain: the data of a transaction that moves nothing. */
export function recordRoutes(forms: FormsByChain, gateway: GatewayContext): void {
  offerOperation(forms, gateway, {
    path: '/v3/record',
    fields: { data: z.string().min(1).max(130_000), to: address.optional(), from: address.optional() },
    plan({ data, to, from }, { chain }) {
      if (chain.builder?.kind !== 'evm') throw new CustosError('NOT_OFFERED', `no records are written on ${chain.id}`);
      const target = to === undefined ? 'from' : 'to';
      const receiver = to ?? from;
      if (receiver === undefined) {
        const text =
          'must be an address: the gateway does not know that of the signature ID, for which the cloud takes it';
        throw requestInvalid([{ property: 'to', rule: 'required', text }]);
      }
      return {
        to: receiver,
        data: `0x${Buffer.from(data, 'utf8').toString('hex')}`,
        named: { target },
        isNoCall: true,
      };
    },
  });
}
