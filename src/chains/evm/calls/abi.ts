import { CustosError } from '../../../core/errors.js';
import { bytesToBigInt } from '../../shared/hexadecimal.js';

/** An argument type of the contract ABI. A word has 32 bytes; `bits` is how many of them may be set. */
export type AbiType =
  | { readonly kind: 'address' | 'bool' | 'bytes' | 'string' }
  | { readonly kind: 'uint'; readonly bits: number }
  | { readonly kind: 'fixed-bytes'; readonly length: number }
  | { readonly kind: 'list'; readonly of: AbiType }
  | { readonly kind: 'tuple'; readonly parts: readonly AbiType[] };

/** `address` and the byte types are bytes; numbers and `bool` are bigint; lists and tuples are lists of these. */
export type AbiValue = Uint8Array | bigint | readonly AbiValue[];

const WORD = 32;

/** The types of a signature as it writes them, by which its arguments go, because it has no names for them. */
export function typeNames(signature: string): readonly string[] {
  return splitTypes(signature.slice(signature.indexOf('(') + 1, -1));
}

/**
 * Reads the types of a signature such as `permit(address,(address,uint160)[],bytes)`.
 * @throws CustosError INTERNAL: a type that is not read here; signatures are constants of this program
 */
export function typesOf(signature: string): readonly AbiType[] {
  return typeNames(signature).map(typeOf);
}

function typeOf(text: string): AbiType {
  if (text.endsWith('[]')) return { kind: 'list', of: typeOf(text.slice(0, -2)) };
  if (text.startsWith('(')) return { kind: 'tuple', parts: splitTypes(text.slice(1, -1)).map(typeOf) };
  if (text === 'address' || text === 'bool' || text === 'bytes' || text === 'string') return { kind: text };
  const [, name, size] = /^(uint|bytes)(\d+)$/.exec(text) ?? [];
  if (name === 'uint') return { kind: 'uint', bits: Number(size) };
  if (name === 'bytes') return { kind: 'fixed-bytes', length: Number(size) };
  throw new CustosError('INTERNAL', `${text} is not a type of the contract ABI`);
}

function splitTypes(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const sign of text) {
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (sign === ',' && depth === 0) {
      parts.push(part);
      part = '';
    } else {
      part += sign;
    }
  }
  return part === '' ? parts : [...parts, part];
}

/** What was read, and where it ends. */
export interface Found<T> {
  readonly value: T;
  /** Where the next value may begin. */
  readonly end: number;
}

/**
 * Reads the arguments of a call in the one encoding that compilers write: no gap, no overlap, no set padding bit, nothing
 * behind (Solidity ABI specification, strict mode).
 * @param bytes - what follows the selector
 * @returns undefined when the bytes are anything else, so that no reader can see other arguments in them
 */
export function decodeArguments(types: readonly AbiType[], bytes: Uint8Array): readonly AbiValue[] | undefined {
  const found = decodeStart(types, bytes);
  return found !== undefined && found.end === bytes.length ? found.value : undefined;
}

/** As `decodeArguments`, but allows any bytes behind the arguments, because contracts ignore them. */
export function decodeStart(types: readonly AbiType[], bytes: Uint8Array): Found<readonly AbiValue[]> | undefined {
  return readParts(types, bytes, 0);
}

/** Heads first, then the tails of the dynamic parts, one behind the other; offsets count from the start of the heads. */
function readParts(types: readonly AbiType[], bytes: Uint8Array, start: number): Found<AbiValue[]> | undefined {
  let head = start;
  let tail = start + types.reduce((sum, type) => sum + headSize(type), 0);
  if (tail > bytes.length) return undefined;
  const value: AbiValue[] = [];
  for (const type of types) {
    const isTail = isDynamic(type);
    if (isTail && readLength(bytes, head) !== tail - start) return undefined;
    const found = readValue(type, bytes, isTail ? tail : head);
    if (found === undefined) return undefined;
    value.push(found.value);
    head += headSize(type);
    if (isTail) tail = found.end;
  }
  return { value, end: tail };
}

function readValue(type: AbiType, bytes: Uint8Array, at: number): Found<AbiValue> | undefined {
  switch (type.kind) {
    case 'bytes':
    case 'string':
      return readBytes(bytes, at);
    case 'list': {
      const length = readLength(bytes, at);
      // Each item has at least one word, so that a length beyond the bytes ends here.
      if (length === undefined || at + WORD + length * WORD > bytes.length) return undefined;
      return readParts(new Array<AbiType>(length).fill(type.of), bytes, at + WORD);
    }
    case 'tuple':
      return readParts(type.parts, bytes, at);
    default: {
      const value = readWord(type, bytes.subarray(at, at + WORD));
      return value === undefined ? undefined : { value, end: at + WORD };
    }
  }
}

function isDynamic(type: AbiType): boolean {
  if (type.kind === 'tuple') return type.parts.some(isDynamic);
  return type.kind === 'bytes' || type.kind === 'string' || type.kind === 'list';
}

function headSize(type: AbiType): number {
  if (type.kind !== 'tuple' || isDynamic(type)) return WORD;
  return type.parts.reduce((sum, part) => sum + headSize(part), 0);
}

function readBytes(bytes: Uint8Array, at: number): Found<Uint8Array> | undefined {
  const length = readLength(bytes, at);
  if (length === undefined) return undefined;
  const start = at + WORD;
  const end = start + Math.ceil(length / WORD) * WORD;
  if (end > bytes.length) return undefined;
  if (bytes.subarray(start + length, end).some((byte) => byte !== 0)) return undefined;
  return { value: bytes.subarray(start, start + length), end };
}

function readWord(type: AbiType, word: Uint8Array): Uint8Array | bigint | undefined {
  if (word.length !== WORD) return undefined;
  const value = bytesToBigInt(word);
  switch (type.kind) {
    case 'address':
      return value < 2n ** 160n ? word.subarray(12) : undefined;
    case 'bool':
      return value < 2n ? value : undefined;
    case 'fixed-bytes':
      return word.subarray(type.length).every((byte) => byte === 0) ? word.subarray(0, type.length) : undefined;
    case 'uint':
      return value < 2n ** BigInt(type.bits) ? value : undefined;
    default:
      return undefined;
  }
}

// A length beyond the bytes at hand is always wrong, so it never becomes a number that could be imprecise.
function readLength(bytes: Uint8Array, at: number): number | undefined {
  const word = bytes.subarray(at, at + WORD);
  if (word.length !== WORD) return undefined;
  const value = bytesToBigInt(word);
  return value <= BigInt(bytes.length) ? Number(value) : undefined;
}
