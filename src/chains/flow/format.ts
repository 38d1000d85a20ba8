import { hex } from '@scure/base';
import {
  type Fields,
  hexOf,
  invalid,
  objectOf,
  onlyMembers,
  readObject,
  smallOf,
  textOf,
  wholeOf,
} from '../shared/fields.js';
import { flowAddress } from './arguments.js';
import type { FlowPayload } from './encoding.js';
import type { FlowHash } from './key.js';
import type { FlowAction } from './request.js';

/** What the network and the cloud add to a request. */
export interface FlowFilling {
  readonly referenceBlock: { readonly id: string; readonly height: bigint };
  readonly proposer: FlowPayload['proposer'] & {
    /** Signature of the cloud's key over the payload; absent where the account itself proposes. */
    readonly signature?: Uint8Array;
  };
  readonly payer: { readonly address: string; readonly keyId: number };
  /** Which key of the account signs, and how it hashes. */
  readonly authorizer: { readonly keyId: number; readonly hash: FlowHash };
}

/** Computation units that a transaction may take; the network's own limit. */
export const COMPUTATION_LIMIT = 9999;
const MOST_KEYS = 1_000_000;
/** The unsigned payload of a request. @throws CustosError as `readAction` */
export function payloadOf({ script, arguments: made, account }: FlowAction, filling: FlowFilling): FlowPayload {
  const { address, keyId, sequenceNumber } = filling.proposer;
  return {
    script,
    arguments: made.map((argument) => JSON.stringify(argument)),
    referenceBlock: filling.referenceBlock.id,
    limit: COMPUTATION_LIMIT,
    proposer: { address, keyId, sequenceNumber },
    payer: filling.payer.address,
    authorizers: [account],
  };
}

/** Reads a request as it came: `{type, body}`. @throws CustosError TRANSACTION_INVALID */
export function readRequest(serialized: string): Fields {
  const fields = readObject(serialized);
  onlyMembers(fields, ['type', 'body', 'apiManagedProposal'], 'serializedTransaction');
  return fields;
}

/** The request as it came, and the filling as one more member. */
export function writeCompleted(request: Fields, { referenceBlock, proposer, payer, authorizer }: FlowFilling): string {
  const { address, keyId, sequenceNumber, signature } = proposer;
  const filled = {
    referenceBlock: { id: referenceBlock.id, height: referenceBlock.height.toString() },
    proposer: {
      address,
      keyId,
      sequenceNumber: sequenceNumber.toString(),
      ...(signature && { signature: hex.encode(signature) }),
    },
    payer,
    authorizer,
  };
  return JSON.stringify({ ...request, filled });
}

/** Reads what the network and the cloud added. @throws CustosError TRANSACTION_INVALID */
export function readFilling(fields: Fields): FlowFilling {
  onlyMembers(fields, ['referenceBlock', 'proposer', 'payer', 'authorizer'], 'filled');
  const block = objectOf(fields['referenceBlock'], 'referenceBlock');
  const proposer = objectOf(fields['proposer'], 'proposer');
  const payer = objectOf(fields['payer'], 'payer');
  const authorizer = objectOf(fields['authorizer'], 'authorizer');
  onlyMembers(block, ['id', 'height'], 'referenceBlock');
  onlyMembers(proposer, ['address', 'keyId', 'sequenceNumber', 'signature'], 'proposer');
  onlyMembers(payer, ['address', 'keyId'], 'payer');
  onlyMembers(authorizer, ['keyId', 'hash'], 'authorizer');
  const { signature } = proposer;
  return {
    referenceBlock: {
      id: hex.encode(hexOf(block['id'], 'referenceBlock.id', 32)),
      height: wholeOf(block['height'], 'referenceBlock.height'),
    },
    proposer: {
      address: flowAddress(proposer['address'], 'proposer.address'),
      keyId: smallOf(proposer['keyId'], 'proposer.keyId', MOST_KEYS),
      sequenceNumber: wholeOf(proposer['sequenceNumber'], 'proposer.sequenceNumber'),
      ...(signature !== undefined && { signature: hexOf(signature, 'proposer.signature', 64) }),
    },
    payer: {
      address: flowAddress(payer['address'], 'payer.address'),
      keyId: smallOf(payer['keyId'], 'payer.keyId', MOST_KEYS),
    },
    authorizer: {
      keyId: smallOf(authorizer['keyId'], 'authorizer.keyId', MOST_KEYS),
      hash: hashOf(authorizer['hash']),
    },
  };
}

function hashOf(value: unknown): FlowHash {
  const name = textOf(value, 'authorizer.hash');
  if (name === 'SHA2_256' || name === 'SHA3_256') return name;
  throw invalid('authorizer.hash is neither SHA2_256 nor SHA3_256');
}
