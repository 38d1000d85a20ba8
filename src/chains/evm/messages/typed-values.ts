import { quote } from '../../../core/ids.js';
import { isObject } from '../../../core/json.js';
import { keccak256 } from '../../../crypto/hash.js';
import { hexToBytes } from '../../shared/hexadecimal.js';
import { type AddressStyle, readAddress, showAddress } from '../../shared/keccak-address.js';
import { arrayOf, encodeType, invalidData, type TypedStructs } from './typed-types.js';

/** A value by its type: addresses as they are shown, structs as maps of their members. */
export type TypedValue =
  | string
  | bigint
  | boolean
  | Uint8Array
  | readonly TypedValue[]
  | ReadonlyMap<string, TypedValue>;

/** A value, and the 32 bytes that stand for it (EIP-712, `encodeData`). */
export interface Encoded {
  readonly word: Uint8Array;
  readonly value: TypedValue;
}

/** Values of all levels together. */
const MOST_VALUES = 10_000;
const DEEPEST = 32;

/** Encodes values of one typed data, and counts them. */
export class TypedEncoder {
  readonly #structs: TypedStructs;
  readonly #style: AddressStyle;
  readonly #hashes = new Map<string, Uint8Array>();
  #left = MOST_VALUES;

  constructor(structs: TypedStructs, style: AddressStyle) {
    this.#structs = structs;
    this.#style = style;
  }

  /** Hash of a struct: of its type, and then of what stands for each member. @throws CustosError MESSAGE_INVALID */
  struct(
    name: string,
    given: unknown,
    depth = 0,
  ): { readonly word: Uint8Array; readonly value: ReadonlyMap<string, TypedValue> } {
    const fields = this.#structs.get(name) ?? [];
    if (!isObject(given)) throw invalidData(`a ${name} is no object`);
    const unknown = Object.keys(given).find((member) => fields.every((field) => field.name !== member));
    if (unknown !== undefined)
      throw invalidData(`${quote(unknown)} is no field of ${name}, so that it would not be signed`);
    const value = new Map<string, TypedValue>();
    const words = fields.map((field) => {
      if (!Object.hasOwn(given, field.name)) throw invalidData(`${name} lacks ${field.name}`);
      const encoded = this.#encode(field.type, given[field.name], { at: `${name}.${field.name}`, depth: depth + 1 });
      value.set(field.name, encoded.value);
      return encoded.word;
    });
    return { word: keccak256(Buffer.concat([this.#typeHash(name), ...words])), value };
  }

  #encode(type: string, given: unknown, place: Place): Encoded {
    this.#left -= 1;
    if (this.#left < 0) throw invalidData(`it has more than ${MOST_VALUES} values`);
    if (place.depth > DEEPEST) throw invalidData(`it has more than ${DEEPEST} levels`);
    const array = arrayOf(type);
    if (array !== undefined) return this.#array(array, given, place);
    if (this.#structs.has(type)) return this.struct(type, given, place.depth);
    return encodeAtomic(type, given, { ...place, style: this.#style });
  }

  #array({ element, length }: NonNullable<ReturnType<typeof arrayOf>>, given: unknown, { at, depth }: Place): Encoded {
    if (!Array.isArray(given) || (length !== undefined && given.length !== length)) {
      throw invalidData(`${at} is no list of ${length ?? ''} ${element}`.replace('  ', ' '));
    }
    const items = given.map((item: unknown) => this.#encode(element, item, { at, depth: depth + 1 }));
    return { word: keccak256(Buffer.concat(items.map(({ word }) => word))), value: items.map(({ value }) => value) };
  }

  #typeHash(name: string): Uint8Array {
    const hash = this.#hashes.get(name) ?? keccak256(new TextEncoder().encode(encodeType(name, this.#structs)));
    this.#hashes.set(name, hash);
    return hash;
  }
}

interface Place {
  /** Where the value is, for people. */
  readonly at: string;
  readonly depth: number;
}

function encodeAtomic(type: string, given: unknown, { at, style }: Place & { readonly style: AddressStyle }): Encoded {
  if (type === 'bool') {
    if (typeof given !== 'boolean') throw invalidData(`${at} is neither true nor false`);
    return { word: numberWord(given ? 1n : 0n), value: given };
  }
  if (type === 'address') {
    const address = readAddress(given, style);
    return { word: padded(address, 'left'), value: showAddress(address, style) };
  }
  if (type === 'string') {
    if (typeof given !== 'string' || /\p{Surrogate}/u.test(given)) throw invalidData(`${at} is no text`);
    return { word: keccak256(new TextEncoder().encode(given)), value: given };
  }
  if (type.startsWith('bytes')) return encodeBytes(type, given, at);
  return encodeNumber(type, given, at);
}

function encodeBytes(type: string, given: unknown, at: string): Encoded {
  const bytes = typeof given === 'string' ? hexToBytes(given) : undefined;
  if (bytes === undefined) throw invalidData(`${at} is no 0x with hexadecimal digits`);
  if (type === 'bytes') return { word: keccak256(bytes), value: bytes };
  if (bytes.length !== Number(type.slice(5))) throw invalidData(`${at} has ${bytes.length} bytes and is a ${type}`);
  return { word: padded(bytes, 'right'), value: bytes };
}

/** A whole number: of JSON if it is exact, else as text in decimal or, from 0 on, hexadecimal digits. */
function encodeNumber(type: string, given: unknown, at: string): Encoded {
  const isSigned = type.startsWith('int');
  const bits = BigInt(type.slice(isSigned ? 3 : 4));
  const value = readNumber(given);
  const [least, most] = isSigned ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
  if (value === undefined || value < least || value > most) throw invalidData(`${at} is no ${type}`);
  return { word: numberWord(BigInt.asUintN(256, value)), value };
}

function readNumber(given: unknown): bigint | undefined {
  if (typeof given === 'number') return Number.isSafeInteger(given) ? BigInt(given) : undefined;
  if (typeof given !== 'string') return undefined;
  return /^(?:-?(?:0|[1-9]\d{0,77})|0x[0-9a-fA-F]{1,64})$/.test(given) ? BigInt(given) : undefined;
}

function numberWord(value: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
}

function padded(bytes: Uint8Array, side: 'left' | 'right'): Uint8Array {
  const word = new Uint8Array(32);
  word.set(bytes, side === 'left' ? 32 - bytes.length : 0);
  return word;
}
