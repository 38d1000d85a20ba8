import type { BuiltTransaction, QueueContext } from '../../core/chain/builders/build.js';
import { asCustosError, type ErrorCode } from '../../core/errors.js';
import { rulesOf } from '../../core/signing/signing-rules.js';
import { requestInvalid } from '../../http/problems.js';
import { queueBuilt, type ReceivedForm } from '../building.js';
import type { GatewayRequest } from '../caller.js';
import type { GatewayContext } from '../context.js';

/** What one account asks for. */
export interface AccountForm extends ReceivedForm {
  /** In the chain's own form. */
  readonly from: string;
  /** Members of the request that are at fault where the chain refuses with one of these codes. */
  readonly members: Readonly<Partial<Record<ErrorCode, string>>>;
  build(context: QueueContext): Promise<BuiltTransaction>;
}

/**
 * Queues what a chain builds for an account, after it is decoded as the signer will decode it.
 * @throws CustosError as `queueBuilt`; REQUEST_INVALID: names the member; SENDER_MISMATCH, and whatever the codec finds wrong
 */
export function queueAccount(gateway: GatewayContext, request: GatewayRequest, form: AccountForm): Promise<Response> {
  const { chain, body, from } = form;
  const { developmentChainId } = rulesOf(gateway.rules, chain.id);
  const place = {
    ...{ network: gateway.network, from, signers: [{ address: from }] },
    ...(developmentChainId !== undefined && { developmentChainId }),
  };
  return queueBuilt(gateway, request, { chain, body }, async (context) => {
    const built = await buildNamed(form, context);
    const { summary } = chain.codec.parse(built.serialized, place);
    const lost = summary.hazards.find(({ kind }) => kind === 'unspendable-destination');
    if (lost !== undefined) {
      const text = `no key can send on what ${lost.party ?? summary.to ?? 'the receiver'} gets`;
      throw requestInvalid([{ property: form.members.RECEIVER_UNFIT ?? 'to', rule: 'unspendable', text }]);
    }
    return { ...built, fee: summary.fee };
  });
}

async function buildNamed({ members, build }: AccountForm, context: QueueContext): Promise<BuiltTransaction> {
  try {
    return await build(context);
  } catch (error) {
    const { code, message } = asCustosError(error);
    const property = members[code];
    if (property === undefined) throw error;
    throw requestInvalid([{ property, rule: code, text: message }]);
  }
}
