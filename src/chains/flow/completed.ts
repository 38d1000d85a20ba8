import { hex } from '@scure/base';
import type { ParseContext, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import type { Summary, SummaryNote } from '../../core/chain/summary.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
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
import { keyOf } from '../shared/key-of.js';
import { flowAddress } from './arguments.js';
import { envelopeMessage, type FlowPayload, type FlowSignature, payloadMessage, transactionId } from './encoding.js';
import { type FlowHash, showPublicKey, signMessage } from './key.js';
import { type FlowAction, readAction, type TypedAction } from './request.js';
import { writeSent } from './sent.js';
import type { FlowTemplates } from './templates.js';

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
/** Inclusion and all computation units at the prices of FLIP 351 (0.0001 and 0.00004 FLOW), in 1/10^8; a request cannot set a limit. */
const HIGHEST_FEE = 10_000n + BigInt(COMPUTATION_LIMIT) * 4_000n;
const MOST_KEYS = 1_000_000;
/** The address that no account has. */
const NOBODY = `0x${'0'.repeat(16)}`;
const unspendable = { kind: 'unspendable-destination', party: NOBODY, text: 'nobody has a key of it' } as const;

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
  return {
    summary: summarize(action, filling, paysItself),
    ...(paysItself && { nonce: filling.proposer.sequenceNumber }),
    sign: async (keys) => {
      const key = keyOf(keys, context.from, showPublicKey);
      return sign(key, { payload, filling, action, network: context.network });
    },
  };
}

function readFilling(fields: Fields): FlowFilling {
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

/** Either the account does everything with one key, or others propose and pay and the account only authorizes. */
function checkRoles({ account }: FlowAction, { proposer, payer, authorizer }: FlowFilling, paysItself: boolean): void {
  const isOneKey = proposer.keyId === payer.keyId && payer.keyId === authorizer.keyId;
  const isAlone = proposer.address === account && isOneKey && proposer.signature === undefined;
  const isSponsored = proposer.address !== account && proposer.signature !== undefined;
  if (paysItself ? isAlone : isSponsored) return;
  throw invalid('the account is proposer or payer beside another one');
}

function summarize(action: TypedAction, filling: FlowFilling, paysItself: boolean): Summary {
  const { does, account } = action;
  const { proposer, payer } = filling;
  const { words, hazards = [], ...rest } = does;
  const fee = paysItself ? 'pays the network fee itself' : `0x${payer.address} pays the network fee`;
  return {
    ...rest,
    from: `0x${account}`,
    hazards: rest.to === NOBODY ? [...hazards, unspendable] : hazards,
    notes: notesOf(action, filling),
    fee: { asset: 'FLOW', amount: paysItself ? HIGHEST_FEE : 0n },
    ...(paysItself && { nonce: proposer.sequenceNumber }),
    text: `0x${account} ${words}; ${fee}`,
  };
}

/** Every signed value that no other member of the summary holds completely. */
function notesOf(
  action: TypedAction,
  { referenceBlock, proposer, payer, authorizer }: FlowFilling,
): readonly SummaryNote[] {
  const { type, script, arguments: made, does } = action;
  const of = ({ address, keyId }: { readonly address: string; readonly keyId: number }) =>
    `0x${address} by key ${keyId}`;
  const values = {
    type,
    // The other types use our own scripts.
    ...(does.opaque && { script }),
    referenceBlock: `${referenceBlock.id} at ${referenceBlock.height}`,
    computationLimit: COMPUTATION_LIMIT,
    proposer: `${of(proposer)}, number ${proposer.sequenceNumber}`,
    ...(proposer.signature && { proposerSignature: hex.encode(proposer.signature) }),
    payer: of(payer),
    authorizer: `by key ${authorizer.keyId} with ${authorizer.hash}`,
  };
  return [
    ...Object.entries(values).map(([name, value]) => ({ name, value: `${value}` })),
    ...made.map((argument, at) => ({ name: `argument ${at + 1}`, value: JSON.stringify(argument) })),
  ];
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
