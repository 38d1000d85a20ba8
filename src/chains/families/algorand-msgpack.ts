/** What a transaction consists of. `undefined`, zero, false, no bytes, no text and an empty map are left out. */
export type Item = bigint | boolean | string | Uint8Array | ItemMap | undefined;

/** Fields by name. */
export interface ItemMap {
  readonly [name: string]: Item;
}

/**
 * Encodes a map as Algorand signs it: canonical MessagePack, which is fields in the order of their names, none that is
 * empty, and the shortest form of every number and length.
 */
export function encodeMap(map: ItemMap): Uint8Array {
  return Uint8Array.from(writeMap(map));
}

function writeMap(map: ItemMap): number[] {
  const names = Object.keys(map).filter((name) => !isEmpty(map[name]));
  // All names are ASCII, so the order of UTF-16 units is that of the bytes.
  const fields = names.sort().flatMap((name) => [...writeText(name), ...write(map[name])]);
  const head = names.length < 16 ? [0x80 | names.length] : [0xde, ...bigEndian(BigInt(names.length), 2)];
  return [...head, ...fields];
}

function write(item: Item): number[] {
  if (item === undefined) return [];
  if (typeof item === 'bigint') return writeNumber(item);
  if (typeof item === 'boolean') return [item ? 0xc3 : 0xc2];
  if (typeof item === 'string') return writeText(item);
  if (item instanceof Uint8Array) return [...sized(item.length, [0xc4, 0xc5]), ...item];
  return writeMap(item);
}

function writeNumber(number: bigint): number[] {
  if (number < 128n) return [Number(number)];
  if (number < 1n << 8n) return [0xcc, Number(number)];
  if (number < 1n << 16n) return [0xcd, ...bigEndian(number, 2)];
  if (number < 1n << 32n) return [0xce, ...bigEndian(number, 4)];
  return [0xcf, ...bigEndian(number, 8)];
}

function writeText(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  const head = bytes.length < 32 ? [0xa0 | bytes.length] : sized(bytes.length, [0xd9, 0xda]);
  return [...head, ...bytes];
}

/** Lengths of up to 2^16-1; nothing in a transaction is longer. @param heads - for one byte and for two */
function sized(length: number, [short, long]: readonly [number, number]): number[] {
  return length < 256 ? [short, length] : [long, ...bigEndian(BigInt(length), 2)];
}

function bigEndian(number: bigint, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, at) => Number((number >> BigInt(8 * (bytes - 1 - at))) & 0xffn));
}

function isEmpty(item: Item): boolean {
  if (item instanceof Uint8Array) return item.length === 0;
  if (typeof item === 'object') return Object.values(item).every(isEmpty);
  return !item;
}
