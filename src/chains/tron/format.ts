import { hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { sha256 } from '../../crypto/hash.js';
import {
  type Fields,
  hexOf,
  invalid,
  listOf,
  objectOf,
  onlyMembers,
  readObject,
  textOf,
  wholeOf,
} from '../shared/fields.js';
import { readAddress, showAddress } from './address.js';
import { type ContractField, contracts } from './contracts.js';
import { encodeDeployment } from './deployment.js';
import { bytes, join, message, number } from './protobuf.js';

/** A decoded transaction. Its members, encoded again, are exactly the bytes that are hashed and signed. */
export interface TronTransaction {
  /** Name of the contract type. */
  readonly type: string;
  readonly value: Fields;
  /** Addresses are written as T…, other bytes as text. */
  readonly visible: boolean;
  readonly owner: string;
  readonly feeLimit: bigint;
  /** Milliseconds since 1970. */
  readonly expiration: bigint;
  /** Milliseconds since 1970; 0 where it is not set. */
  readonly timestamp: bigint;
  /** The memo's bytes. */
  readonly memo?: Uint8Array;
  readonly permission: bigint;
  /** Number, low bytes and hash of the block that it refers to, as given. */
  readonly reference: Readonly<Record<'ref_block_bytes' | 'ref_block_num' | 'ref_block_hash', string>>;
  readonly txId: string;
  /** Length of the bytes that are hashed and signed. */
  readonly size: number;
}

const rawMembers = [
  'ref_block_bytes',
  'ref_block_num',
  'ref_block_hash',
  'expiration',
  'data',
  'contract',
  'timestamp',
  'fee_limit',
];
const MAX_LONG = 2n ** 63n - 1n;
const resources: Readonly<Record<string, bigint>> = { BANDWIDTH: 0n, ENERGY: 1n, TRON_POWER: 2n };

/**
 * Reads the JSON form and checks that members, bytes and id say the same. A text in place of the object would be signed as a
 * personal message by other programs; here it is refused.
 * @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED, ADDRESS_INVALID
 */
export function readTransaction(text: string): TronTransaction {
  const fields = readObject(text);
  if (fields['signature'] !== undefined) throw invalid('the transaction is signed already');
  const visible = fields['visible'] === true;
  const raw = objectOf(fields['raw_data'], 'raw_data');
  onlyMembers(raw, rawMembers, 'raw_data');
  const list = listOf(raw['contract'], 'contract');
  if (list.length !== 1) throw invalid(`raw_data has ${list.length} contracts, not one`);
  const contract = readContract(list[0], visible);
  const bytes = encodeRaw(raw, contract.bytes, visible);
  const given = hexOf(fields['raw_data_hex'], 'raw_data_hex');
  if (hex.encode(bytes) !== hex.encode(given)) throw invalid('raw_data_hex is not the encoding of raw_data');
  const txId = hex.encode(sha256(bytes));
  if (textOf(fields['txID'], 'txID').toLowerCase() !== txId) throw invalid('txID is not the hash of raw_data');
  const memo = memoOf(raw, visible);
  return {
    ...contract,
    visible,
    feeLimit: optional(raw, 'fee_limit'),
    expiration: optional(raw, 'expiration'),
    timestamp: optional(raw, 'timestamp'),
    ...(memo.length > 0 && { memo }),
    reference: {
      ref_block_bytes: textOf(raw['ref_block_bytes'], 'ref_block_bytes').toLowerCase(),
      ref_block_num: optional(raw, 'ref_block_num').toString(),
      ref_block_hash: textOf(raw['ref_block_hash'], 'ref_block_hash').toLowerCase(),
    },
    txId,
    size: bytes.length,
  };
}

/** The JSON form of a transaction with these members, with its bytes and its id. @param raw - addresses and texts in hexadecimal digits */
export function writeTransaction(raw: Fields): string {
  const bytes = encodeRaw(raw, readContract(listOf(raw['contract'], 'contract')[0], false).bytes, false);
  return JSON.stringify({
    visible: false,
    txID: hex.encode(sha256(bytes)),
    raw_data: raw,
    raw_data_hex: hex.encode(bytes),
  });
}

function readContract(item: unknown, visible: boolean) {
  const contract = objectOf(item, 'the contract');
  onlyMembers(contract, ['parameter', 'type', 'Permission_id'], 'the contract');
  const type = textOf(contract['type'], 'the type of the contract');
  const form = Object.hasOwn(contracts, type) ? contracts[type] : undefined;
  if (form === undefined)
    throw new CustosError('TRANSACTION_UNSUPPORTED', `Tron contracts of type ${quote(type)} are not signed`);
  const parameter = objectOf(contract['parameter'], 'the parameter of the contract');
  onlyMembers(parameter, ['value', 'type_url'], 'the parameter of the contract');
  const url = `type.googleapis.com/protocol.${type}`;
  if (parameter['type_url'] !== url) throw invalid('type_url does not fit the type of the contract');
  const value = objectOf(parameter['value'], 'the value of the contract');
  onlyMembers(
    value,
    form.fields.map(({ name }) => name),
    'the value of the contract',
  );
  const permission = optional(contract, 'Permission_id');
  const encoded = join(...form.fields.map((field) => encodeField(field, value[field.name], visible)));
  const any = join(bytes(1, new TextEncoder().encode(url)), bytes(2, encoded));
  return {
    type,
    value,
    permission,
    owner: showAddress(readAddress(textOf(value['owner_address'], 'owner_address'))),
    bytes: join(number(1, BigInt(form.type)), bytes(2, any), number(5, permission)),
  };
}

function memoOf({ data }: Fields, visible: boolean): Uint8Array {
  if (data === undefined) return new Uint8Array(0);
  return visible ? new TextEncoder().encode(textOf(data, 'data')) : hexOf(data, 'data');
}

function encodeRaw(raw: Fields, contract: Uint8Array, visible: boolean): Uint8Array {
  return join(
    bytes(1, hexOf(raw['ref_block_bytes'], 'ref_block_bytes', 2)),
    number(3, optional(raw, 'ref_block_num')),
    bytes(4, hexOf(raw['ref_block_hash'], 'ref_block_hash', 8)),
    number(8, optional(raw, 'expiration')),
    bytes(10, memoOf(raw, visible)),
    bytes(11, contract),
    number(14, optional(raw, 'timestamp')),
    number(18, optional(raw, 'fee_limit')),
  );
}

function encodeField({ number: at, name, kind }: ContractField, value: unknown, visible: boolean): Uint8Array {
  if (value === undefined) return new Uint8Array(0);
  switch (kind) {
    case 'address':
      return bytes(at, readAddress(textOf(value, name)));
    case 'bytes':
      return bytes(at, hexOf(value, name));
    case 'text':
      return bytes(at, visible ? new TextEncoder().encode(textOf(value, name)) : hexOf(value, name));
    case 'boolean':
      if (typeof value !== 'boolean') throw invalid(`${name} is ${quote(value)}, not a truth value`);
      return number(at, value ? 1n : 0n);
    case 'resource': {
      const known = typeof value === 'string' && Object.hasOwn(resources, value) ? resources[value] : undefined;
      return number(at, known ?? wholeOf(value, name, 2n));
    }
    case 'votes':
      return join(...listOf(value, name).map((vote) => bytes(at, encodeVote(vote))));
    case 'contract':
      return message(at, encodeDeployment(value));
    case 'number':
      return number(at, wholeOf(value, name, MAX_LONG));
  }
}

function encodeVote(value: unknown): Uint8Array {
  const vote = objectOf(value, 'a vote');
  onlyMembers(vote, ['vote_address', 'vote_count'], 'a vote');
  const address = readAddress(textOf(vote['vote_address'], 'vote_address'));
  return join(bytes(1, address), number(2, wholeOf(vote['vote_count'], 'vote_count', MAX_LONG)));
}

function optional(fields: Fields, name: string): bigint {
  return fields[name] === undefined ? 0n : wholeOf(fields[name], name, MAX_LONG);
}
