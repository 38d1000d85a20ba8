import { bytesToBigInt } from './evm-hex.js';

/** The argument types that are read: enough for the calls that move tokens. */
export type AbiType =
  | 'address'
  | 'uint256'
  | 'uint8'
  | 'bool'
  | 'bytes32'
  | 'bytes'
  | 'string'
  | 'uint256[]'
  | 'bytes[]';

/** `address` and the byte types are bytes; numbers and `bool` are bigint; lists are lists of these. */
export type AbiValue = Uint8Array | bigint | readonly AbiValue[];

const WORD = 32;

/**
 * Reads the arguments of a call in the one encoding that compilers write: no gap, no overlap, no set padding bit, nothing
 * behind (Solidity ABI specification, strict mode).
 * @param bytes - what follows the selector
 * @returns undefined when the bytes are anything else, so that no reader can see other arguments in them
 */
export function decodeArguments(types: readonly AbiType[], bytes: Uint8Array): AbiValue[] | undefined {
  const reader = { bytes, end: types.length * WORD };
  const values: AbiValue[] = [];
  for (const [position, type] of types.entries()) {
    const value = isDynamic(type) ? readTail(reader, position, type) : readWord(bytes, position * WORD, type);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return reader.end === bytes.length ? values : undefined;
}

/** `end` is where the next tail must begin. */
interface Reader {
  readonly bytes: Uint8Array;
  end: number;
}

function isDynamic(type: AbiType): boolean {
  return type === 'bytes' || type === 'string' || type.endsWith('[]');
}

function readTail(reader: Reader, position: number, type: AbiType): AbiValue | undefined {
  const offset = readLength(reader.bytes, position * WORD);
  if (offset !== reader.end) return undefined;
  const length = readLength(reader.bytes, offset);
  if (length === undefined) return undefined;
  reader.end += WORD;
  if (type === 'uint256[]') return readNumbers(reader, length);
  if (type === 'bytes[]') return readByteLists(reader, length);
  return readBytes(reader, length);
}

function readNumbers(reader: Reader, length: number): bigint[] | undefined {
  const start = reader.end;
  if (start + length * WORD > reader.bytes.length) return undefined;
  reader.end = start + length * WORD;
  return Array.from({ length }, (_, at) =>
    bytesToBigInt(reader.bytes.subarray(start + at * WORD, start + (at + 1) * WORD)),
  );
}

function readByteLists(reader: Reader, length: number): Uint8Array[] | undefined {
  const start = reader.end;
  if (start + length * WORD > reader.bytes.length) return undefined;
  reader.end = start + length * WORD;
  const items: Uint8Array[] = [];
  for (let at = 0; at < length; at += 1) {
    const offset = readLength(reader.bytes, start + at * WORD);
    if (offset === undefined || offset + start !== reader.end) return undefined;
    const size = readLength(reader.bytes, reader.end);
    reader.end += WORD;
    const item = size === undefined ? undefined : readBytes(reader, size);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}

function readBytes(reader: Reader, length: number): Uint8Array | undefined {
  const start = reader.end;
  const end = start + Math.ceil(length / WORD) * WORD;
  if (end > reader.bytes.length) return undefined;
  if (reader.bytes.subarray(start + length, end).some((byte) => byte !== 0)) return undefined;
  reader.end = end;
  return reader.bytes.subarray(start, start + length);
}

function readWord(bytes: Uint8Array, at: number, type: AbiType): AbiValue | undefined {
  const word = bytes.subarray(at, at + WORD);
  if (word.length !== WORD) return undefined;
  const value = bytesToBigInt(word);
  switch (type) {
    case 'address':
      return value < 2n ** 160n ? word.subarray(12) : undefined;
    case 'bool':
      return value < 2n ? value : undefined;
    case 'uint8':
      return value < 256n ? value : undefined;
    case 'bytes32':
      return word;
    default:
      return value;
  }
}

// A length beyond the bytes at hand is wrong in any case, so it is never made a number that could be imprecise.
function readLength(bytes: Uint8Array, at: number): number | undefined {
  const word = bytes.subarray(at, at + WORD);
  if (word.length !== WORD) return undefined;
  const value = bytesToBigInt(word);
  return value <= BigInt(bytes.length) ? Number(value) : undefined;
}
