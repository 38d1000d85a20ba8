/** Few bytes are copied here to be written: V8 moves the bytes of a short array out of its heap where a Buffer is made of them. */
const short = Buffer.alloc(256);

/** Writes 0x and two lower-case digits for each byte. */
export function bytesToHex(bytes: Uint8Array): string {
  if (bytes.length > short.length) {
    return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`;
  }
  short.set(bytes);
  const digits = short.toString('hex', 0, bytes.length);
  // They may be a private key.
  short.fill(0, 0, bytes.length);
  return `0x${digits}`;
}

/** Reads 0x and an even number of hexadecimal digits; undefined for anything else. */
export function hexToBytes(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !text.startsWith('0x')) return undefined;
  // Written in place: a Buffer made from the text would leave a copy of a private key in Node's shared pool.
  const bytes = new Uint8Array(text.length / 2 - 1);
  for (let at = 0; at < bytes.length; at++) {
    const high = digitOf(text.charCodeAt(2 * at + 2));
    const low = digitOf(text.charCodeAt(2 * at + 3));
    if (high === NONE || low === NONE) return undefined;
    bytes[at] = high * 16 + low;
  }
  return bytes;
}

const NONE = 16;

/** The value of each hexadecimal digit by its character code. */
const digitValues = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase());
  return value < 0 ? NONE : value;
});

function digitOf(code: number): number {
  return digitValues[code] ?? NONE;
}

/** Writes a quantity in the form of Ethereum's JSON-RPC: 0x and hexadecimal digits without leading zeros. */
export function quantityToHex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** Reads bytes as one unsigned big-endian number; none is zero. */
export function bytesToBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(bytesToHex(bytes));
}
