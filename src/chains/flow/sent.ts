import { base64 } from '@scure/base';
import type { Network } from '../../core/ids.js';
import { type Fields, invalid, listOf, objectOf, readObject, smallOf, textOf, wholeOf } from '../shared/fields.js';
import type { FlowPayload, FlowSignature } from './encoding.js';

/** A signed transaction, with what is needed to send it and to see when it has expired. */
export interface SentFlow {
  readonly network: Network;
  /** Height of the reference block. */
  readonly referenceHeight: bigint;
  /** Key of the payer that signs the envelope. */
  readonly payerKey: number;
  readonly payload: FlowPayload;
  readonly payloadSignatures: readonly FlowSignature[];
  /** Empty until another payer has signed. */
  readonly envelopeSignatures: readonly FlowSignature[];
}

/** Text form for the journal: the body of the Access API under `transaction`. */
export function writeSent({ network, referenceHeight, payerKey, ...signed }: SentFlow): string {
  return JSON.stringify({
    network,
    referenceHeight: referenceHeight.toString(),
    payerKey,
    transaction: transactionBody(signed),
  });
}

/** Body of `POST /v1/transactions`. */
export function transactionBody({
  payload,
  payloadSignatures,
  envelopeSignatures,
}: Pick<SentFlow, 'payload' | 'payloadSignatures' | 'envelopeSignatures'>) {
  const { proposer } = payload;
  return {
    script: base64Text(payload.script),
    arguments: payload.arguments.map(base64Text),
    reference_block_id: payload.referenceBlock,
    gas_limit: payload.limit.toString(),
    payer: payload.payer,
    proposal_key: {
      address: proposer.address,
      key_index: proposer.keyId.toString(),
      sequence_number: proposer.sequenceNumber.toString(),
    },
    authorizers: payload.authorizers,
    payload_signatures: payloadSignatures.map(signatureBody),
    envelope_signatures: envelopeSignatures.map(signatureBody),
  };
}

/** Reads what a daemon says it has sent: the id alone, as nodes take only what is whole. @throws CustosError TRANSACTION_INVALID */
export function readSigned(txData: string): { readonly txId: string } {
  if (/^[0-9a-f]{64}$/.test(txData)) return { txId: txData };
  throw invalid('txData is not the id of a transaction of FLOW');
}

/** Reads what `writeSent` wrote. @throws CustosError TRANSACTION_INVALID: the journal's text is damaged */
export function readSent(raw: string): SentFlow {
  const fields = readObject(raw);
  const body = objectOf(fields['transaction'], 'transaction');
  const proposer = objectOf(body['proposal_key'], 'proposal_key');
  return {
    network: fields['network'] === 'mainnet' ? 'mainnet' : 'testnet',
    referenceHeight: wholeOf(fields['referenceHeight'], 'referenceHeight'),
    payerKey: smallOf(fields['payerKey'], 'payerKey'),
    payload: {
      script: plainText(body['script'], 'script'),
      arguments: listOf(body['arguments'], 'arguments').map((one) => plainText(one, 'arguments')),
      referenceBlock: textOf(body['reference_block_id'], 'reference_block_id'),
      limit: smallOf(body['gas_limit'], 'gas_limit'),
      proposer: {
        address: textOf(proposer['address'], 'proposal_key.address'),
        keyId: smallOf(proposer['key_index'], 'proposal_key.key_index'),
        sequenceNumber: wholeOf(proposer['sequence_number'], 'proposal_key.sequence_number'),
      },
      payer: textOf(body['payer'], 'payer'),
      authorizers: listOf(body['authorizers'], 'authorizers').map((one) => textOf(one, 'authorizers')),
    },
    payloadSignatures: readSignatures(body, 'payload_signatures'),
    envelopeSignatures: readSignatures(body, 'envelope_signatures'),
  };
}

function readSignatures(body: Fields, name: string): FlowSignature[] {
  return listOf(body[name], name).map((entry) => {
    const fields = objectOf(entry, name);
    return {
      address: textOf(fields['address'], `${name}.address`),
      keyId: smallOf(fields['key_index'], `${name}.key_index`),
      signature: base64.decode(textOf(fields['signature'], `${name}.signature`)),
    };
  });
}

function signatureBody({ address, keyId, signature }: FlowSignature) {
  return { address, key_index: keyId.toString(), signature: base64.encode(signature) };
}

function base64Text(text: string): string {
  return base64.encode(new TextEncoder().encode(text));
}

function plainText(value: unknown, name: string): string {
  return new TextDecoder().decode(base64.decode(textOf(value, name)));
}
