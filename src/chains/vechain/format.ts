import { RLP } from 'micro-eth-signer/core/rlp.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { type Fields, invalid, listOf, objectOf, onlyMembers, readObject } from '../shared/fields.js';
import { bytesToHex, hexToBytes } from '../shared/hexadecimal.js';
import { readAddress, showAddress } from '../shared/keccak-address.js';
import { readQuantity } from '../shared/quantity.js';

/** One message of a transaction. Without `to` it makes a contract. */
export interface Clause {
  /** 0x and 40 digits, lower case. */
  readonly to?: string;
  readonly value?: bigint;
  readonly data: Uint8Array;
}

/** What the cloud asks for; what is missing is filled in by `complete`. */
export interface VechainRequest {
  readonly clauses: readonly Clause[];
  readonly gas?: bigint;
  readonly nonce?: bigint;
  readonly chainTag?: number;
  readonly blockRef?: string;
  readonly expiration?: number;
  readonly gasPriceCoef?: number;
  readonly dependsOn?: string;
}

/** Body of a transaction (VIP-191 features are not used). */
export interface Body {
  /** Last byte of the genesis block's id. */
  readonly chainTag: number;
  /** 0x and the first 16 digits of a block id; the transaction lives for `expiration` blocks from there. */
  readonly blockRef: string;
  readonly expiration: number;
  readonly clauses: readonly Clause[];
  readonly gasPriceCoef: number;
  readonly gas: bigint;
  /** Id of a transaction that must come first. */
  readonly dependsOn: string | null;
  readonly nonce: bigint;
}

const members = [
  ...['from', 'to', 'value', 'data', 'gas', 'clauses'],
  ...['nonce', 'chainTag', 'blockRef', 'expiration', 'gasPriceCoef', 'dependsOn'],
];
const MAX_WORD = 2n ** 256n - 1n;
const MAX_LONG = 2n ** 64n - 1n;
const MAX_CLAUSES = 1000;

/** Reads the request, strictly. @throws CustosError TRANSACTION_INVALID, SENDER_MISMATCH, ADDRESS_INVALID, AMOUNT_INVALID */
export function readRequest(text: string, from: string): VechainRequest {
  const fields = readObject(text);
  onlyMembers(fields, members, 'the transaction');
  checkSender(fields['from'], from);
  const has = (name: string) => fields[name] !== undefined && fields[name] !== null;
  const long = (name: string) => readQuantity(fields[name], { name, code: 'TRANSACTION_INVALID', max: MAX_LONG });
  return {
    clauses: readClauses(fields),
    ...(has('gas') && { gas: long('gas') }),
    ...(has('nonce') && { nonce: long('nonce') }),
    ...(has('chainTag') && { chainTag: small(fields, 'chainTag', 255) }),
    ...(has('blockRef') && { blockRef: hexText(fields['blockRef'], 'blockRef', 8) }),
    ...(has('expiration') && { expiration: small(fields, 'expiration', 0xffffffff) }),
    ...(has('gasPriceCoef') && { gasPriceCoef: small(fields, 'gasPriceCoef', 255) }),
    ...(has('dependsOn') && { dependsOn: hexText(fields['dependsOn'], 'dependsOn', 32) }),
  };
}

/** The completed form: JSON of the whole body, numbers of 64 bits and more as decimal texts. */
export function writeBody(body: Body): string {
  return JSON.stringify({
    ...body,
    gas: body.gas.toString(),
    nonce: body.nonce.toString(),
    clauses: body.clauses.map(({ to, value = 0n, data }) => ({
      ...(to && { to }),
      value: value.toString(),
      data: bytesToHex(data),
    })),
  });
}

/** Reads the completed form. @throws CustosError TRANSACTION_INVALID */
export function readBody(text: string): Body {
  const fields = readObject(text);
  const names = ['chainTag', 'blockRef', 'expiration', 'clauses', 'gasPriceCoef', 'gas', 'dependsOn', 'nonce'];
  onlyMembers(fields, names, 'the completed transaction');
  const { dependsOn } = fields;
  return {
    chainTag: small(fields, 'chainTag', 255),
    blockRef: hexText(fields['blockRef'], 'blockRef', 8),
    expiration: small(fields, 'expiration', 0xffffffff),
    clauses: readClauses(fields),
    gasPriceCoef: small(fields, 'gasPriceCoef', 255),
    gas: readQuantity(fields['gas'], { name: 'gas', code: 'TRANSACTION_INVALID', max: MAX_LONG }),
    dependsOn: dependsOn === null ? null : hexText(dependsOn, 'dependsOn', 32),
    nonce: readQuantity(fields['nonce'], { name: 'nonce', code: 'TRANSACTION_INVALID', max: MAX_LONG }),
  };
}

/** The list that is hashed and signed; with the signature, the bytes that are broadcast. */
export function encodeBody(body: Body, signature?: Uint8Array): Uint8Array {
  const { chainTag, blockRef, expiration, clauses, gasPriceCoef, gas, dependsOn, nonce } = body;
  const messages = clauses.map(({ to, value = 0n, data }) => [to === undefined ? none() : bytesOf(to), value, data]);
  // A block reference is a number to the encoder: its leading zeros are not written.
  const fields = [chainTag, BigInt(blockRef), expiration, messages, gasPriceCoef, gas];
  const rest = [dependsOn === null ? none() : bytesOf(dependsOn), nonce, []];
  return RLP.encode([...fields, ...rest, ...(signature === undefined ? [] : [signature])]);
}

/** Gas that a transaction costs before any code runs: 5,000, 16,000 for each clause (48,000 if it makes a contract), and its data. */
export function intrinsicGas(clauses: readonly Clause[]): bigint {
  return clauses.reduce((sum, { to, data }) => {
    const bytes = data.reduce((cost, byte) => cost + (byte === 0 ? 4n : 68n), 0n);
    return sum + (to === undefined ? 48_000n : 16_000n) + bytes;
  }, 5_000n);
}

/** Number of a block: the first four bytes of its id, and of a reference to it. */
export function blockNumberOf(id: string): number {
  return Number.parseInt(id.slice(2, 10), 16);
}

function readClauses(fields: Fields): readonly Clause[] {
  if (fields['clauses'] === undefined) return [readClause(fields)];
  for (const name of ['to', 'value', 'data']) {
    if (fields[name] !== undefined) throw invalid(`the transaction has both clauses and ${name}`);
  }
  const list = listOf(fields['clauses'], 'clauses');
  if (list.length === 0 || list.length > MAX_CLAUSES) throw invalid(`the transaction has ${list.length} clauses`);
  return list.map((item, at) => {
    const clause = objectOf(item, `clause ${at + 1}`);
    onlyMembers(clause, ['to', 'value', 'data'], `clause ${at + 1}`);
    return readClause(clause);
  });
}

function readClause({ to, value, data }: Fields): Clause {
  const bytes = data === undefined || data === null ? none() : typeof data === 'string' ? hexToBytes(data) : undefined;
  if (bytes === undefined) throw invalid(`data is ${quote(data)}, not hexadecimal`);
  const address = to === undefined || to === null || to === '' ? undefined : to;
  if (address !== undefined && typeof address !== 'string') throw invalid(`to is ${quote(to)}, not an address`);
  if (address === undefined && bytes.length === 0) throw invalid('the transaction has neither a receiver nor code');
  const amount =
    value === undefined || value === null
      ? undefined
      : readQuantity(value, { name: 'value', code: 'AMOUNT_INVALID', max: MAX_WORD });
  return {
    ...(address !== undefined && { to: showAddress(readAddress(address, {}), {}) }),
    ...(amount !== undefined && { value: amount }),
    data: bytes,
  };
}

/** `from` is 0 or absent for the signer. */
function checkSender(given: unknown, from: string): void {
  if (given === undefined || given === null || given === 0) return;
  if (typeof given === 'string' && showAddress(readAddress(given, {}), {}) === from) return;
  throw new CustosError('SENDER_MISMATCH', `the transaction is from ${quote(given)}, the wallet is ${from}`);
}

function small(fields: Fields, name: string, max: number): number {
  return Number(readQuantity(fields[name], { name, code: 'TRANSACTION_INVALID', max: BigInt(max) }));
}

function hexText(value: unknown, name: string, length: number): string {
  if (typeof value === 'string' && new RegExp(`^0x[0-9a-fA-F]{${length * 2}}$`).test(value)) return value.toLowerCase();
  throw invalid(`${name} is ${quote(value)}, not ${length} bytes`);
}

function bytesOf(text: string): Uint8Array {
  return hexToBytes(text) ?? none();
}

function none(): Uint8Array {
  return new Uint8Array(0);
}
