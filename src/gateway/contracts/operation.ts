import { z } from 'zod';
import type { Chain } from '../../core/chain/chain.js';
import type { FormsByChain } from '../by-chain.js';
import type { GatewayContext } from '../context.js';
import { addressField } from '../enqueue.js';
import { bareAddress } from '../ethereum/bare-address.js';
import type { Destination } from '../ethereum/destination.js';
import { submit } from '../ethereum/submit.js';
import { parseForms } from '../requests.js';

/** The place where a contract is or will be. */
export interface Place {
  readonly gateway: GatewayContext;
  readonly chain: Chain;
}

/** What an operation queues: a call of the contract at `to`, or without it the creation of one. */
export interface Plan {
  /** As the request names it. */
  readonly to?: string;
  /** Coins in the smallest unit; none when absent. */
  readonly value?: bigint;
  /** 0x and hexadecimal digits. */
  readonly data: string;
  /** Names of the parts in the request; `contractAddress` is the target when absent. */
  readonly named?: Partial<Omit<Destination, 'effect'>>;
}

/** One documented operation on contracts of the Ethereum family. */
export interface ContractOperation<Fields extends z.ZodRawShape> {
  readonly method?: 'post' | 'put';
  readonly path: string;
  /** Its own fields, beside those of every form. */
  readonly fields: Fields;
  /** @throws CustosError REQUEST_INVALID, NOT_OFFERED, NODE_* */
  plan(form: z.output<z.ZodObject<Fields>>, place: Place): Plan | Promise<Plan>;
}

/** Offers an operation for the chains of the Ethereum family. */
export function offerOperation<Fields extends z.ZodRawShape>(
  forms: FormsByChain,
  gateway: GatewayContext,
  operation: ContractOperation<Fields>,
): void {
  const { method = 'post', path } = operation;
  const own = z.object(operation.fields);
  forms[method](path, {
    offers: ({ builder }) => builder?.kind === 'evm',
    handle: async ({ request, chain, body }) => {
      const { first: signing, second: form } = parseForms(gateway.forms.signing, own, body);
      const { to, value = 0n, data, named } = await operation.plan(form, { gateway, chain });
      const target = named?.target ?? 'contractAddress';
      const effect = { ...(to !== undefined && { to: addressField(gateway, chain, target, to) }), value, data };
      const isCall = to !== undefined && ({ isCall: true } as const);
      return submit(gateway, request, { chain, signing, effect, body, named: { target, ...isCall, ...named } });
    },
  });
}

/** An address in a request as contracts see it: 0x and 40 hexadecimal digits. @throws CustosError REQUEST_INVALID */
export function bareField({ gateway, chain }: Place, property: string, text: string): string {
  addressField(gateway, chain, property, text);
  return bareAddress(gateway, chain)(text);
}
