import { z } from 'zod';
import type { TronAction } from '../../core/chain/builders/tron.js';
import type { Chain } from '../../core/chain/chain.js';
import { isRecord } from '../../http/json.js';
import { checkField, requestInvalid } from '../../http/problems.js';
import { numericAmount } from '../accounts/parts.js';
import { account, queueTron } from '../accounts/queue-tron.js';
import type { ChainRequest, FormsByChain } from '../by-chain.js';
import { callerOf, type GatewayRequest, requireChain } from '../caller.js';
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
interface Plan {
  /** As the request names it. */
  readonly to?: string;
  /** Coins in the smallest unit; none when absent. */
  readonly value?: bigint;
  /** 0x and hexadecimal digits. */
  readonly data: string;
  /** Names of the parts in the request; `contractAddress` is the target when absent. */
  readonly named?: Partial<Omit<Destination, 'effect' | 'isCall'>>;
  /** There need not be a contract at `to`. */
  readonly isNoCall?: true;
}

/** One documented operation on contracts of the Ethereum family. */
export interface ContractOperation<Fields extends z.ZodRawShape> {
  readonly method?: 'post' | 'put';
  readonly path: string;
  /** Its own fields, beside those of every form. */
  readonly fields: Fields;
  /** Tron has no such operation. */
  readonly isForEthereumOnly?: true;
  /** @throws CustosError REQUEST_INVALID, NOT_OFFERED, NODE_* */
  plan(form: z.output<z.ZodObject<Fields>>, place: Place): Plan | Promise<Plan>;
}

/** Offers an operation for the chains of the Ethereum family, and for Tron. */
export function offerOperation<Fields extends z.ZodRawShape>(
  forms: FormsByChain,
  gateway: GatewayContext,
  operation: ContractOperation<Fields>,
): void {
  const { method = 'post', path, isForEthereumOnly = false } = operation;
  const own = z.object(operation.fields);
  forms[method](path, {
    offers: ({ builder }) => builder?.kind === 'evm' || (builder?.kind === 'tron' && !isForEthereumOnly),
    handle: async (asked) => {
      const { request, chain, body } = asked;
      const plan = async (form: z.output<typeof own>) => operation.plan(form, { gateway, chain });
      if (chain.builder?.kind === 'tron') {
        const { first: signing, second: form } = parseForms(tronSigning, own, body);
        return queueOnTron(gateway, asked, { signing, plan: await plan(form) });
      }
      const { first: signing, second: form } = parseForms(gateway.forms.signing, own, body);
      const { to, value = 0n, data, named, isNoCall } = await plan(form);
      const target = named?.target ?? 'contractAddress';
      const effect = { ...(to !== undefined && { to: addressField(gateway, chain, target, to) }), value, data };
      const isCall = to !== undefined && isNoCall !== true && ({ isCall: true } as const);
      return submit(gateway, request, { chain, signing, effect, body, named: { target, ...isCall, ...named } });
    },
  });
}

/** What forms of Tron say beside. */
const tronSigning = z.object({ ...account, feeLimit: numericAmount });
type TronSigning = z.output<typeof tronSigning>;

/** Names of contracts have at most 32 bytes on Tron. */
const MAX_NAME = 32;

function queueOnTron(
  gateway: GatewayContext,
  { request, chain, body }: ChainRequest,
  { signing, plan }: { readonly signing: TronSigning; readonly plan: Plan },
): Promise<Response> {
  const { to, value, data, named } = plan;
  const { feeLimit } = signing;
  const given = isRecord(body) ? body['name'] : undefined;
  const name = typeof given === 'string' && Buffer.byteLength(given) <= MAX_NAME ? given : 'Contract';
  const target = named?.target ?? 'contractAddress';
  const action: TronAction =
    to === undefined
      ? { kind: 'creation', name, code: data, feeLimit }
      : { kind: 'call', contract: addressField(gateway, chain, target, to), data, feeLimit, ...(value && { value }) };
  return queueTron(gateway, request, { chain, body, read: signing, action, target });
}

/** An address in a request as contracts see it: 0x and 40 hexadecimal digits. @throws CustosError REQUEST_INVALID */
export function bareField({ gateway, chain }: Place, property: string, text: string): string {
  addressField(gateway, chain, property, text);
  return bareAddress(gateway, chain)(text);
}

/** @throws CustosError REQUEST_INVALID: lists that belong together have different lengths */
export function checkLengths(lists: Readonly<Record<string, readonly unknown[]>>): void {
  const [[first = '', { length } = []] = [], ...others] = Object.entries(lists);
  const odd = others.filter(([, list]) => list.length !== length);
  if (odd.length === 0) return;
  const text = `must be as long as ${first}`;
  throw requestInvalid(odd.map(([property]) => ({ property, rule: 'length', text })));
}

/** The chain that a path names, for somebody who may ask about it. @throws CustosError REQUEST_INVALID, NOT_OFFERED, SCOPE_MISSING */
export function placeOf(gateway: GatewayContext, request: GatewayRequest): Place {
  const chain = gateway.chainOf(checkField('chain', () => gateway.chains.get(request.req.param('chain') ?? '')).slug);
  requireChain(callerOf(request), chain.id);
  return { gateway, chain };
}
