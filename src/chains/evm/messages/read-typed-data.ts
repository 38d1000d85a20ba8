import { quote } from '../../../core/ids.js';
import { isObject, parseJson } from '../../../core/json.js';
import { repeatedMember } from '../../../core/text/repeated-member.js';
import { keccak256 } from '../../../crypto/hash.js';
import { bytesToHex } from '../../shared/hexadecimal.js';
import type { AddressStyle } from '../../shared/keccak-address.js';
import { DOMAIN, encodeType, invalidData, readStructs } from './typed-types.js';
import { TypedEncoder, type TypedValue } from './typed-values.js';

/** Typed data of EIP-712, checked to the last member. */
export interface TypedData {
  readonly primaryType: string;
  /** `encodeType` of the primary type: the struct with all that it refers to. */
  readonly encodedType: string;
  readonly domain: ReadonlyMap<string, TypedValue>;
  readonly message: ReadonlyMap<string, TypedValue>;
  /** What is signed: 0x19 0x01 ‖ domain separator ‖ hash of the message, hashed. */
  readonly hash: Uint8Array;
}

const parts: readonly string[] = ['types', 'primaryType', 'domain', 'message'];

/**
 * Reads the JSON of `eth_signTypedData_v4`. Every member has to be signed: one that no type declares is refused, and so is one
 * that is missing, where programs differ in what they do.
 * @throws CustosError MESSAGE_INVALID; ADDRESS_INVALID: no address, or its checksum is wrong
 */
export function readTypedData(json: string, style: AddressStyle): TypedData {
  const data = parseJson(json, () => invalidData('it is not JSON'));
  if (!isObject(data)) throw invalidData('it is no object');
  const repeated = repeatedMember(json);
  if (repeated !== undefined) throw invalidData(`it names ${quote(repeated)} twice`);
  const unknown = Object.keys(data).find((member) => !parts.includes(member));
  if (unknown !== undefined) throw invalidData(`${quote(unknown)} is none of its parts`);
  const { types, primaryType, domain, message } = data;
  if (!isObject(domain)) throw invalidData('domain is no object');
  const structs = readStructs(types, domain);
  if (typeof primaryType !== 'string' || !structs.has(primaryType) || primaryType === DOMAIN) {
    throw invalidData('primaryType is none of its types');
  }
  const encoder = new TypedEncoder(structs, style);
  const [separator, content] = [encoder.struct(DOMAIN, domain), encoder.struct(primaryType, message)];
  return {
    primaryType,
    encodedType: encodeType(primaryType, structs),
    domain: separator.value,
    message: content.value,
    hash: keccak256(Buffer.concat([Uint8Array.of(0x19, 0x01), separator.word, content.word])),
  };
}

/** Every value that has no parts, by its path: `details.token`, `offer[0].amount`. */
export function leavesOf(value: TypedValue, path = ''): readonly { readonly name: string; readonly value: string }[] {
  if (value instanceof Uint8Array) return [{ name: path, value: bytesToHex(value) }];
  if (value instanceof Map) {
    return [...value].flatMap(([name, member]) => leavesOf(member, path === '' ? name : `${path}.${name}`));
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return [{ name: path, value: '[]' }];
    return value.flatMap((item: TypedValue, at) => leavesOf(item, `${path}[${at}]`));
  }
  return [{ name: path, value: String(value) }];
}
