import { concatBytes } from '@noble/hashes/utils.js';
import { hex } from '@scure/base';
import { RLP } from 'micro-eth-signer/core/rlp.js';
import { sha3 } from '../../crypto/hash.js';

/** What all signers of a Flow transaction sign. Addresses are 16 lower-case hexadecimal digits. */
export interface FlowPayload {
  /** Cadence. */
  readonly script: string;
  /** JSON-Cadence, exactly as it is signed. */
  readonly arguments: readonly string[];
  /** Id of a block, 64 hexadecimal digits. */
  readonly referenceBlock: string;
  /** Computation units. */
  readonly limit: number;
  readonly proposer: { readonly address: string; readonly keyId: number; readonly sequenceNumber: bigint };
  readonly payer: string;
  readonly authorizers: readonly string[];
}

export interface FlowSignature {
  /** 16 hexadecimal digits. */
  readonly address: string;
  readonly keyId: number;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

type Item = Uint8Array | number | bigint | Item[];

/** The domain of transactions, padded on the right to 32 bytes. */
const tag = new Uint8Array(32);
tag.set(new TextEncoder().encode('FLOW-V0.0-transaction'));

/** What proposer and authorizers sign, unless they also pay. */
export function payloadMessage(payload: FlowPayload): Uint8Array {
  return concatBytes(tag, RLP.encode(payloadItems(payload)));
}

/** What the payer signs: the payload with the signatures of the others. */
export function envelopeMessage(payload: FlowPayload, payloadSignatures: readonly FlowSignature[]): Uint8Array {
  return concatBytes(tag, RLP.encode([payloadItems(payload), signatureItems(payload, payloadSignatures)]));
}

/** Id of a complete transaction, 64 hexadecimal digits. */
export function transactionId(
  payload: FlowPayload,
  payloadSignatures: readonly FlowSignature[],
  envelopeSignatures: readonly FlowSignature[],
): string {
  const items = [
    payloadItems(payload),
    signatureItems(payload, payloadSignatures),
    signatureItems(payload, envelopeSignatures),
  ];
  return hex.encode(sha3(RLP.encode(items)));
}

function payloadItems({ script, proposer, ...payload }: FlowPayload): Item[] {
  const text = new TextEncoder();
  return [
    text.encode(script),
    payload.arguments.map((argument) => text.encode(argument)),
    hex.decode(payload.referenceBlock),
    payload.limit,
    hex.decode(proposer.address),
    proposer.keyId,
    proposer.sequenceNumber,
    hex.decode(payload.payer),
    payload.authorizers.map((address) => hex.decode(address)),
  ];
}

/** A signer is named by its position among proposer, payer and authorizers, each counted once. */
function signatureItems({ proposer, payer, authorizers }: FlowPayload, signatures: readonly FlowSignature[]): Item[] {
  const signers = [...new Set([proposer.address, payer, ...authorizers])];
  return signatures
    .map(({ address, keyId, signature }) => ({ place: signers.indexOf(address), keyId, signature }))
    .sort((one, other) => one.place - other.place || one.keyId - other.keyId)
    .map(({ place, keyId, signature }) => [place, keyId, signature]);
}
