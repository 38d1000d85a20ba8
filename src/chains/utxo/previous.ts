import { hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { repeatedMember } from '../../core/text/repeated-member.js';
import { hexOf, invalid, isObject, objectOf, onlyMembers, textOf } from '../shared/fields.js';
import type { UtxoInput, UtxoTransaction } from './format.js';
import { readScript } from './script.js';
import { join, twice } from './sighash.js';

/** The largest previous transaction, in bytes without witnesses: no block of these chains has room for a larger one. */
const MAX_BYTES = 1_000_000;
/** The most that all of them together may be: what goes on to journal and signer stays within a message. */
const MAX_ALL_BYTES = 4_000_000;

/** A request as it was given, and the transactions whose outputs it spends: bytes without witnesses, by txId. */
export interface ProvenRequest {
  readonly request: string;
  readonly previous: ReadonlyMap<string, Uint8Array>;
}

/**
 * Reads a serialized form: the request alone, or `{"transaction": <request>, "previous": {<txId>: <hex>}}`. The request stands
 * in it as a text, so that not a byte of it changes.
 * @throws CustosError TRANSACTION_INVALID, TRANSACTION_TOO_LARGE
 */
export function readProven(serialized: string): ProvenRequest {
  const fields = fieldsOf(serialized);
  if (fields === undefined) return { request: serialized, previous: new Map() };
  onlyMembers(fields, ['transaction', 'previous'], 'the transaction with those before it');
  const twice = repeatedMember(serialized);
  if (twice !== undefined) throw invalid(`the transaction with those before it has the member ${quote(twice)} twice`);
  const previous = new Map<string, Uint8Array>();
  let left = MAX_ALL_BYTES;
  for (const [txId, digits] of Object.entries(objectOf(fields['previous'], 'previous'))) {
    if (!/^[0-9a-f]{64}$/.test(txId)) throw invalid(`previous names ${quote(txId)}, not the id of a transaction`);
    const bytes = hexOf(digits, `previous transaction ${txId}`);
    left -= bytes.length;
    checkSize(bytes.length, left, txId);
    previous.set(txId, bytes);
  }
  return { request: textOf(fields['transaction'], 'transaction'), previous };
}

/** Only an object with a text as `transaction` is that form: the request itself is another object, or none. */
function fieldsOf(serialized: string) {
  if (!serialized.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(serialized);
    return isObject(value) && Object.hasOwn(value, 'transaction') ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @throws CustosError TRANSACTION_TOO_LARGE */
export function writeProven({ request, previous }: ProvenRequest): string {
  if (previous.size === 0) return request;
  let left = MAX_ALL_BYTES;
  const digits = [...previous].map(([txId, bytes]) => {
    left -= bytes.length;
    checkSize(bytes.length, left, txId);
    return [txId, hex.encode(bytes)] as const;
  });
  return JSON.stringify({ transaction: request, previous: Object.fromEntries(digits) });
}

function checkSize(size: number, left: number, txId: string): void {
  if (size > MAX_BYTES) {
    throw new CustosError('TRANSACTION_TOO_LARGE', `previous transaction ${txId} has more than ${MAX_BYTES} bytes`);
  }
  if (left < 0) {
    const text = `the previous transactions have more than ${MAX_ALL_BYTES} bytes together; spend fewer outputs at a time`;
    throw new CustosError('TRANSACTION_TOO_LARGE', text);
  }
}

/**
 * The transactions that must be known before an amount is believed. A signature of a taproot input covers the amounts and
 * scripts of all inputs (BIP-341), so that where every input is one, a lie only spoils the signatures. Beside an input of
 * another form a taproot input may be one in name only: two such requests could each give the signature that the other lacks.
 */
export function wantedPrevious({ inputs }: UtxoTransaction): readonly string[] {
  if (inputs.every(isTaproot)) return [];
  return [...new Set(inputs.map(({ txId }) => txId))];
}

/** Amounts and scripts of the spent outputs, each as proved as it can be. */
export interface ProvenTransaction extends UtxoTransaction {
  /** Positions of the inputs with an amount that is only claimed. */
  readonly unproved: readonly number[];
}

/**
 * Reads amount and script of each spent output from the transaction that made it.
 * @throws CustosError TRANSACTION_INVALID: bytes that are not those of their id, an output that they do not have, or another
 *   script than the request says; AMOUNT_INVALID: another amount
 */
export function prove(transaction: UtxoTransaction, previous: ReadonlyMap<string, Uint8Array>): ProvenTransaction {
  const spent = new Set(transaction.inputs.map(({ txId }) => txId));
  for (const [txId, bytes] of previous) {
    if (!spent.has(txId)) throw invalid(`previous transaction ${txId} is not spent`);
    if (idOf(bytes) !== txId) throw invalid(`the bytes of previous transaction ${txId} are those of another one`);
  }
  const isSigned = transaction.inputs.every(isTaproot);
  const unproved: number[] = [];
  const inputs = transaction.inputs.map((input, at) => {
    const bytes = previous.get(input.txId);
    if (bytes !== undefined) return proveInput(input, bytes, at);
    if (!isSigned) unproved.push(at);
    return input;
  });
  return { ...transaction, inputs, unproved };
}

function isTaproot({ script }: UtxoInput): boolean {
  return script !== undefined && readScript(script).type === 'tr';
}

function proveInput(input: UtxoInput, bytes: Uint8Array, at: number): UtxoInput {
  const name = `input ${at + 1} (${input.txId}:${input.index})`;
  const { amount, script } = outputOf(bytes, input.index, name);
  if (amount !== input.amount) {
    throw new CustosError('AMOUNT_INVALID', `${name} is said to be ${input.amount}, its transaction says ${amount}`);
  }
  if (input.script !== undefined && hex.encode(input.script) !== hex.encode(script)) {
    throw invalid(`the script of ${name} is said to be another one than its transaction has`);
  }
  return { ...input, amount, script };
}

function idOf(stripped: Uint8Array): string {
  return hex.encode(twice(stripped).reverse());
}

/** A place in bytes that only moves forward. */
interface Cursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
}

/** One output. The bytes behind it need no check, because the id is the hash of them all. */
function outputOf(bytes: Uint8Array, index: number, name: string) {
  const cursor = cursorOf(bytes, 4);
  skipInputs(cursor);
  const count = compactSize(cursor);
  if (index >= count) throw invalid(`${name} does not exist: its transaction has ${count} outputs`);
  for (let at = 0; at < index; at++) skipOutput(cursor);
  const amount = cursor.view.getBigUint64(skip(cursor, 8), true);
  const length = compactSize(cursor);
  const start = skip(cursor, length);
  return { amount, script: bytes.slice(start, start + length) };
}

/**
 * The bytes that an id is the hash of, from those that a node hands out: without marker and flag, and without all that
 * stands between the outputs and the lock time (witnesses, BIP-144; on Litecoin also what belongs to MWEB).
 * @throws CustosError TRANSACTION_INVALID: they are not those of `txId`
 */
export function strip(raw: Uint8Array, txId: string): Uint8Array {
  if (idOf(raw) === txId) return raw;
  const bytes = withoutMarker(raw);
  if (bytes !== undefined && idOf(bytes) === txId) return bytes;
  throw invalid(`the bytes of previous transaction ${txId} are those of another one`);
}

function withoutMarker(raw: Uint8Array): Uint8Array | undefined {
  const start = 6;
  if (raw.length < start + 4 || raw[4] !== 0 || raw[5] === 0) return undefined;
  const cursor = cursorOf(raw, start);
  try {
    skipInputs(cursor);
    for (let left = compactSize(cursor); left > 0; left--) skipOutput(cursor);
  } catch {
    // Bytes of something else; the caller reports it.
    return undefined;
  }
  return join(raw.subarray(0, 4), raw.subarray(start, cursor.at), raw.subarray(-4));
}

function cursorOf(bytes: Uint8Array, at: number): Cursor {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at };
}

function skipInputs(cursor: Cursor): void {
  for (let left = compactSize(cursor); left > 0; left--) {
    skip(cursor, 36);
    skip(cursor, compactSize(cursor) + 4);
  }
}

function skipOutput(cursor: Cursor): void {
  skip(cursor, 8);
  skip(cursor, compactSize(cursor));
}

/** @returns where it was. @throws CustosError TRANSACTION_INVALID: there are not as many bytes */
function skip(cursor: Cursor, count: number): number {
  const { at, bytes } = cursor;
  if (count > bytes.length - at) throw invalid('a previous transaction ends too early');
  cursor.at = at + count;
  return at;
}

/** A number in one, three, five or nine bytes. */
function compactSize(cursor: Cursor): number {
  const { view } = cursor;
  const first = view.getUint8(skip(cursor, 1));
  if (first < 0xfd) return first;
  if (first === 0xfd) return view.getUint16(skip(cursor, 2), true);
  if (first === 0xfe) return view.getUint32(skip(cursor, 4), true);
  // More than there can be bytes: whoever skips as many finds out.
  return Number(view.getBigUint64(skip(cursor, 8), true));
}
