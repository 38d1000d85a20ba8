/** What a transaction consists of. `undefined`, zero, false, no bytes, no text and an empty map are left out. */
type Item = bigint | boolean | string | Uint8Array | Encoded | ItemMap | undefined;

/** A map that is encoded already. */
export class Encoded {
  constructor(readonly map: Uint8Array) {}
}

/** Fields by name. */
export interface ItemMap {
  readonly [name: string]: Item;
}

const utf8 = new TextEncoder();

/**
 * Encodes a map as Algorand signs it: canonical MessagePack, which is fields in the order of their names, none that is
 * empty, and the shortest form of every number and length.
 */
export function encodeMap(map: ItemMap): Uint8Array {
  const out: number[] = [];
  writeMap(out, map);
  return Uint8Array.from(out);
}

function writeMap(out: number[], map: ItemMap): void {
  // All names are ASCII, so the order of UTF-16 units is that of the bytes.
  const names = Object.keys(map)
    .filter((name) => !isEmpty(map[name]))
    .sort();
  if (names.length < 16) out.push(0x80 | names.length);
  else writeHead(out, 0xde, names.length, 2);
  for (const name of names) {
    writeText(out, name);
    write(out, map[name]);
  }
}

function write(out: number[], item: Item): void {
  if (typeof item === 'bigint') writeNumber(out, item);
  else if (typeof item === 'boolean') out.push(item ? 0xc3 : 0xc2);
  else if (typeof item === 'string') writeText(out, item);
  else if (item instanceof Uint8Array) writeBytes(out, item);
  else if (item instanceof Encoded) append(out, item.map);
  else if (item !== undefined) writeMap(out, item);
}

function writeNumber(out: number[], number: bigint): void {
  if (number < 128n) out.push(Number(number));
  else if (number < 1n << 8n) writeHead(out, 0xcc, number, 1);
  else if (number < 1n << 16n) writeHead(out, 0xcd, number, 2);
  else if (number < 1n << 32n) writeHead(out, 0xce, number, 4);
  else writeHead(out, 0xcf, number, 8);
}

function writeText(out: number[], text: string): void {
  const bytes = utf8.encode(text);
  if (bytes.length < 32) out.push(0xa0 | bytes.length);
  else writeSize(out, bytes.length, [0xd9, 0xda]);
  append(out, bytes);
}

function writeBytes(out: number[], bytes: Uint8Array): void {
  writeSize(out, bytes.length, [0xc4, 0xc5]);
  append(out, bytes);
}

/** Lengths of up to 2^16-1; nothing in a transaction is longer. @param heads - for one byte and for two */
function writeSize(out: number[], length: number, [short, long]: readonly [number, number]): void {
  if (length < 256) writeHead(out, short, length, 1);
  else writeHead(out, long, length, 2);
}

/** A mark, and a number in big-endian order. */
function writeHead(out: number[], mark: number, number: number | bigint, size: number): void {
  out.push(mark);
  for (let at = size - 1; at >= 0; at--) out.push(Number((BigInt(number) >> BigInt(8 * at)) & 0xffn));
}

function append(out: number[], bytes: Uint8Array): void {
  for (const byte of bytes) out.push(byte);
}

function isEmpty(item: Item): boolean {
  if (item instanceof Uint8Array) return item.length === 0;
  if (typeof item === 'object') return Object.values(item).every(isEmpty);
  return !item;
}
