import type { ParseContext, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { invalid, objectOf, readObject } from '../shared/fields.js';
import { keyOf } from '../shared/key-of.js';
import { effectsOf } from './effects.js';
import { envelopeMessage, type FlowPayload, type FlowSignature, payloadMessage, transactionId } from './encoding.js';
import { type FlowFilling, payloadOf, readFilling, readRequest } from './format.js';
import { showPublicKey, signMessage } from './key.js';
import { type FlowAction, readAction } from './request.js';
import { writeSent } from './sent.js';
import { summarize } from './summary.js';
import type { FlowTemplates } from './templates.js';

/** Decodes a completed request. The script is made again from the request, so nothing is signed that was not read. */
export function parseCompleted(
  completed: string,
  context: ParseContext,
  templates: FlowTemplates,
): UnsignedTransaction {
  const { filled, ...request } = readObject(completed);
  const action = readAction(readRequest(JSON.stringify(request)), context.network, templates);
  const filling = readFilling(objectOf(filled, 'filled'));
  const paysItself = filling.payer.address === action.account;
  checkRoles(action, filling, paysItself);
  const payload = payloadOf(action, filling);
  const effects = effectsOf(action, filling, paysItself);
  return {
    summary: summarize(effects),
    effects,
    ...(paysItself && { nonce: filling.proposer.sequenceNumber, nonceOwner: `key ${filling.proposer.keyId}` }),
    sign: async (keys) => {
      const key = keyOf(keys, context.from, showPublicKey);
      return sign(key, { payload, filling, action, network: context.network });
    },
  };
}

/** Either the account does everything with one key, or others propose and pay and the account only authorizes. */
function checkRoles({ account }: FlowAction, { proposer, payer, authorizer }: FlowFilling, paysItself: boolean): void {
  const isOneKey = proposer.keyId === payer.keyId && payer.keyId === authorizer.keyId;
  const isAlone = proposer.address === account && isOneKey && proposer.signature === undefined;
  const isSponsored = proposer.address !== account && proposer.signature !== undefined;
  if (paysItself ? isAlone : isSponsored) return;
  throw invalid('the account is proposer or payer beside another one');
}

interface Signable {
  readonly payload: FlowPayload;
  readonly filling: FlowFilling;
  readonly action: FlowAction;
  readonly network: ParseContext['network'];
}

async function sign(key: SigningKey, { payload, filling, action, network }: Signable): Promise<SignedTransaction> {
  const { proposer, payer, authorizer, referenceBlock } = filling;
  const own = async (message: Uint8Array): Promise<FlowSignature> => ({
    address: action.account,
    keyId: authorizer.keyId,
    signature: await signMessage(message, authorizer.hash, key),
  });
  // Who pays signs the envelope only, also for the other roles.
  const envelopeSignatures = proposer.signature === undefined ? [await own(envelopeMessage(payload, []))] : [];
  const payloadSignatures =
    proposer.signature === undefined
      ? []
      : [
          { address: proposer.address, keyId: proposer.keyId, signature: proposer.signature },
          await own(payloadMessage(payload)),
        ];
  const sent = { network, referenceHeight: referenceBlock.height, payerKey: payer.keyId };
  const transaction = { payload, payloadSignatures, envelopeSignatures };
  return {
    raw: writeSent({ ...sent, ...transaction }),
    txId: transactionId(payload, payloadSignatures, envelopeSignatures),
  };
}
