import { quote } from '../../core/ids.js';
import { type Fields, hexOf, invalid, listOf, objectOf, textOf, wholeOf } from '../shared/fields.js';
import { readAddress } from './address.js';
import { bytes, join, message, number } from './protobuf.js';

/** What a new contract is made of, as far as a summary says it. */
export interface Deployment {
  readonly name: string;
  readonly code: Uint8Array;
  /** Coins that the contract gets, in SUN. */
  readonly value: bigint;
}

const MAX_LONG = 2n ** 63n - 1n;
/** `SmartContract.ABI.Entry.EntryType` and `StateMutabilityType` (Tron protocol buffers), by name in lower case. */
const entryTypes: Readonly<Record<string, bigint>> = {
  ...{ unknownentrytype: 0n, constructor: 1n, function: 2n, event: 3n, fallback: 4n, receive: 5n, error: 6n },
};
const mutabilities: Readonly<Record<string, bigint>> = {
  ...{ unknownmutabilitytype: 0n, pure: 1n, view: 2n, nonpayable: 3n, payable: 4n },
};

/** @throws CustosError TRANSACTION_INVALID */
export function readDeployment(value: unknown): Deployment {
  const fields = objectOf(value, 'new_contract');
  return {
    name: text(fields, 'name'),
    code: fields['bytecode'] === undefined ? new Uint8Array(0) : hexOf(fields['bytecode'], 'bytecode'),
    value: long(fields, 'call_value'),
  };
}

/**
 * Encodes `new_contract` of a contract creation (`SmartContract`). Members that the network does not know, such as
 * `internalType` of a compiler, are not part of the bytes.
 * @throws CustosError TRANSACTION_INVALID, ADDRESS_INVALID
 */
export function encodeDeployment(value: unknown): Uint8Array {
  const fields = objectOf(value, 'new_contract');
  const { name, code, value: coins } = readDeployment(fields);
  const { abi } = fields;
  return join(
    bytes(1, readAddress(textOf(fields['origin_address'], 'origin_address'))),
    abi === undefined ? new Uint8Array(0) : message(3, encodeAbi(objectOf(abi, 'abi'))),
    bytes(4, code),
    number(5, coins),
    number(6, long(fields, 'consume_user_resource_percent')),
    bytes(7, utf8(name)),
    number(8, long(fields, 'origin_energy_limit')),
  );
}

function encodeAbi({ entrys = [] }: Fields): Uint8Array {
  return join(...listOf(entrys, 'entrys').map((entry) => message(1, encodeEntry(objectOf(entry, 'an entry of abi')))));
}

function encodeEntry(entry: Fields): Uint8Array {
  const params = (name: string, at: number) =>
    listOf(entry[name] ?? [], name).map((param) => message(at, encodeParam(objectOf(param, name))));
  return join(
    flag(1, entry['anonymous']),
    flag(2, entry['constant']),
    bytes(3, utf8(text(entry, 'name'))),
    ...params('inputs', 4),
    ...params('outputs', 5),
    number(6, named(entry, 'type', entryTypes)),
    flag(7, entry['payable']),
    number(8, named(entry, 'stateMutability', mutabilities)),
  );
}

function encodeParam(param: Fields): Uint8Array {
  return join(flag(1, param['indexed']), bytes(2, utf8(text(param, 'name'))), bytes(3, utf8(text(param, 'type'))));
}

function named(entry: Fields, name: string, known: Readonly<Record<string, bigint>>): bigint {
  const word = text(entry, name).toLowerCase();
  const found = word === '' ? 0n : Object.hasOwn(known, word) ? known[word] : undefined;
  if (found === undefined) throw invalid(`${name} is ${quote(entry[name])}, which the network does not know`);
  return found;
}

function flag(field: number, value: unknown): Uint8Array {
  return number(field, value === true ? 1n : 0n);
}

function text(fields: Fields, name: string): string {
  return textOf(fields[name] ?? '', name);
}

function long(fields: Fields, name: string): bigint {
  return wholeOf(fields[name] ?? 0, name, MAX_LONG);
}

function utf8(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
