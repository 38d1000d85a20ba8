import { base64 } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { invalid } from '../shared/fields.js';
import { type Operation, readOperation } from './operations.js';
import { readMuxed } from './parts.js';
import { type Conditions, type Memo, readConditions, readMemo } from './preconditions.js';
import { XdrReader } from './xdr.js';

/** ENVELOPE_TYPE_TX. */
export const TRANSACTION = 2;
export const MAX_SIGNATURES = 20;
const MAX_OPERATIONS = 100;

/** What an envelope holds, as far as other files need it. */
export interface Envelope {
  readonly source: string;
  /** The most that the fee can be, in stroops. */
  readonly fee: bigint;
  readonly sequence: bigint;
  readonly conditions: Conditions;
  readonly memo?: Memo;
  readonly operations: readonly EnvelopeOperation[];
  /** The transaction as it is signed, without the envelope around it. */
  readonly body: Uint8Array;
  readonly bytes: Uint8Array;
  readonly signatures: readonly { readonly hint: Uint8Array; readonly signature: Uint8Array }[];
}

/** An operation with the bytes that are signed. */
export type EnvelopeOperation = Operation & { readonly body: Uint8Array };

/** Reads an envelope in base64. @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED */
export function readEnvelope(text: string): Envelope {
  const bytes = decodeBase64(text);
  const read = new XdrReader(bytes);
  const type = read.uint32();
  if (type !== TRANSACTION)
    throw new CustosError('TRANSACTION_UNSUPPORTED', `Stellar envelopes of type ${type} are not signed`);
  const start = read.at;
  const [source, fee, sequence] = [readMuxed(read), BigInt(read.uint32()), read.int64()];
  const conditions = readConditions(read);
  const memo = readMemo(read);
  const operations = read.list(MAX_OPERATIONS, () => {
    const first = read.at;
    const operation = readOperation(read);
    return { ...operation, body: bytes.subarray(first, read.at) };
  });
  if (operations.length === 0) throw invalid('the transaction has no operation');
  if (read.uint32() !== 0)
    throw new CustosError('TRANSACTION_UNSUPPORTED', 'Stellar contracts (Soroban) are not signed');
  const body = bytes.subarray(start, read.at);
  const signatures = read.list(MAX_SIGNATURES, () => ({ hint: read.fixed(4), signature: read.variable(64) }));
  read.end();
  return {
    ...{ source, fee, sequence, conditions, operations, body, bytes, signatures },
    ...(memo !== undefined && { memo }),
  };
}

function decodeBase64(text: string): Uint8Array {
  try {
    return base64.decode(text.trim());
  } catch (error) {
    throw invalid('the transaction envelope is not base64', error);
  }
}
