import { hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { invalid, onlyMembers, readObject, smallOf, textOf, wholeOf } from '../shared/fields.js';
import { smallestUnits } from '../shared/units.js';
import { normalizeAddress, readAddress } from './address.js';

/** A complete transaction without its signature. */
export interface MultiversxTransaction {
  readonly nonce: bigint;
  /** Smallest unit. */
  readonly value: bigint;
  readonly receiver: string;
  readonly sender: string;
  readonly gasPrice: bigint;
  readonly gasLimit: bigint;
  readonly data: Uint8Array;
  readonly chainId: string;
  readonly version: number;
}

const DECIMALS = 18;
const MAX_VALUE = 10n ** 30n;
const names = ['nonce', 'value', 'receiver', 'sender', 'gasPrice', 'gasLimit', 'data', 'chainID', 'version'];

/**
 * Reads what the cloud asks for: value in whole coins, data as plain text. Gas and nonce of the request are ignored, as Tatum
 * KMS ignores them: they come from the node.
 * @throws CustosError TRANSACTION_INVALID, AMOUNT_INVALID, ADDRESS_INVALID, SENDER_MISMATCH
 */
export function readRequest(
  text: string,
  sender: string,
): Pick<MultiversxTransaction, 'value' | 'receiver' | 'sender' | 'data'> {
  const fields = readObject(text);
  onlyMembers(fields, ['from', 'to', 'value', 'data', 'gasPrice', 'gasLimit', 'nonce'], 'the transaction');
  const { from, to, data = '' } = fields;
  if (from !== undefined && from !== null && normalizeAddress(textOf(from, 'from')) !== sender) {
    throw new CustosError('SENDER_MISMATCH', `the transaction is from ${quote(from)}, the wallet is ${sender}`);
  }
  const note = textOf(data ?? '', 'data');
  const bytes = new TextEncoder().encode(note);
  if (new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) !== note)
    throw invalid('data is not well-formed Unicode');
  return {
    value: readCoins(fields['value'], bytes.length > 0),
    receiver: normalizeAddress(textOf(to, 'to')),
    sender,
    data: bytes,
  };
}

/** A missing amount means zero, but only where data says what the transaction is for. */
function readCoins(value: unknown, hasData: boolean): bigint {
  if ((value === undefined || value === null) && hasData) return 0n;
  const text = typeof value === 'number' ? plainDigits(value) : value;
  const [, whole, fraction = ''] = typeof text === 'string' ? (/^(\d{1,12})(?:\.(\d{1,18}))?$/.exec(text) ?? []) : [];
  const units = whole === undefined ? undefined : smallestUnits(whole, fraction, DECIMALS);
  if (units === undefined) {
    throw new CustosError('AMOUNT_INVALID', `value is ${quote(value)}, not an amount of EGLD with at most 18 decimals`);
  }
  return units;
}

/** JavaScript prints small numbers as 1e-7; one with too many decimals keeps that form and is refused. */
function plainDigits(value: number): string {
  const [digits = '', power = ''] = String(value).split('e-');
  if (power === '' || Number(power) > DECIMALS) return String(value);
  return `0.${'0'.repeat(Number(power) - 1)}${digits.replace('.', '')}`;
}

/** The completed form: the JSON that is signed. */
export function writeTransaction(transaction: MultiversxTransaction): string {
  const { nonce, value, receiver, sender, gasPrice, gasLimit, data, chainId, version } = transaction;
  // The signature covers the members in exactly this order, without spaces.
  return JSON.stringify({
    nonce: Number(nonce),
    value: value.toString(),
    receiver,
    sender,
    gasPrice: Number(gasPrice),
    gasLimit: Number(gasLimit),
    ...(data.length > 0 && { data: Buffer.from(data).toString('base64') }),
    chainID: chainId,
    version,
  });
}

/** Reads the completed form. @throws CustosError TRANSACTION_INVALID, ADDRESS_INVALID */
export function readTransaction(text: string): MultiversxTransaction {
  const fields = readObject(text);
  onlyMembers(fields, names, 'the completed transaction');
  const exact = (name: string) => wholeOf(fields[name], name, BigInt(Number.MAX_SAFE_INTEGER));
  const data = textOf(fields['data'] ?? '', 'data');
  return {
    nonce: exact('nonce'),
    value: wholeOf(textOf(fields['value'], 'value'), 'value', MAX_VALUE),
    receiver: normalizeAddress(textOf(fields['receiver'], 'receiver')),
    sender: normalizeAddress(textOf(fields['sender'], 'sender')),
    gasPrice: exact('gasPrice'),
    gasLimit: exact('gasLimit'),
    data: new Uint8Array(Buffer.from(data, 'base64')),
    chainId: textOf(fields['chainID'], 'chainID'),
    version: smallOf(fields['version'], 'version', 2),
  };
}

/** The transaction as the network stores and hashes it: protocol buffers, fields that are zero or empty left out. */
export function encodeTransaction(transaction: MultiversxTransaction, signature: Uint8Array): Uint8Array {
  const { nonce, value, receiver, sender, gasPrice, gasLimit, data, chainId, version } = transaction;
  return Uint8Array.from([
    ...number(1, nonce),
    ...bytes(2, amount(value)),
    ...bytes(3, readAddress(receiver)),
    ...bytes(5, readAddress(sender)),
    ...number(7, gasPrice),
    ...number(8, gasLimit),
    ...bytes(9, data),
    ...bytes(10, new TextEncoder().encode(chainId)),
    ...number(11, BigInt(version)),
    ...bytes(12, signature),
  ]);
}

/** A byte for the sign, then the number; zero is one zero byte. */
function amount(value: bigint): Uint8Array {
  const digits = value.toString(16);
  return hex.decode(`00${digits.length % 2 === 0 ? digits : `0${digits}`}`);
}

function number(field: number, value: bigint): number[] {
  return value === 0n ? [] : [field << 3, ...varint(value)];
}

function bytes(field: number, value: Uint8Array): number[] {
  return value.length === 0 ? [] : [(field << 3) | 2, ...varint(BigInt(value.length)), ...value];
}

function varint(value: bigint): number[] {
  const groups: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) groups.push(Number(rest & 127n) | 128);
  return [...groups, Number(rest)];
}
