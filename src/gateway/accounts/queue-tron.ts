import type { z } from 'zod';
import type { TronAction } from '../../core/chain/builders/tron.js';
import { CustosError, type ErrorCode } from '../../core/errors.js';
import type { ReceivedForm } from '../building.js';
import type { GatewayRequest } from '../caller.js';
import type { GatewayContext } from '../context.js';
import { addressField, keyOf } from '../enqueue.js';
import { address } from '../requests.js';
import { signer } from './parts.js';
import { queueAccount } from './queue-account.js';

/** What every form of Tron says: who acts. */
export const account = { ...signer, from: address };

/** A form that was read, and what it asks for. */
interface TronOrder extends ReceivedForm {
  readonly read: z.output<z.ZodObject<typeof account>>;
  readonly action: TronAction;
  /** Member with the called contract, where that is not `contractAddress`. */
  readonly target?: string;
}

type Members = Readonly<Partial<Record<ErrorCode, string>>>;

/** Members at fault, by the code with which the chain refuses. */
const members: Members = { AMOUNT_INVALID: 'amount', FEE_INVALID: 'feeLimit', RECEIVER_UNFIT: 'to' };
/** Where the forms have other names. */
const membersOf: Readonly<Partial<Record<TronAction['kind'], Members>>> = {
  trc10: { PAYMENT_UNSUPPORTED: 'tokenId' },
  issue: { AMOUNT_INVALID: 'totalSupply' },
};

/** Queues what an account of Tron asks for. @throws CustosError as `queueAccount`; NOT_OFFERED */
export function queueTron(gateway: GatewayContext, request: GatewayRequest, order: TronOrder): Promise<Response> {
  const { chain, body, read, action, target = 'contractAddress' } = order;
  const { builder } = chain;
  if (builder?.kind !== 'tron') {
    throw new CustosError('NOT_OFFERED', `the gateway builds no such transactions of ${chain.id}`);
  }
  const from = addressField(gateway, chain, 'from', read.from);
  const key = keyOf(read.signatureId, read.index);
  const named: Members = action.kind === 'call' ? { RECEIVER_UNFIT: target } : (membersOf[action.kind] ?? {});
  return queueAccount(gateway, request, {
    ...{ chain, body, from },
    members: { ...members, ...named },
    build: (context) => builder.build({ from, key, ...action }, context),
  });
}
