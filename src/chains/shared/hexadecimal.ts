/** Writes 0x and two lower-case digits for each byte. */
export function bytesToHex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`;
}

/** Reads 0x and an even number of hexadecimal digits; undefined for anything else. */
export function hexToBytes(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^0x[0-9a-fA-F]*$/.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2 - 1);
  // Written in place: a Buffer made from the text would leave a copy of a private key in Node's shared pool.
  Buffer.from(bytes.buffer).write(text.slice(2), 'hex');
  return bytes;
}

/** Writes a quantity in the form of Ethereum's JSON-RPC: 0x and hexadecimal digits without leading zeros. */
export function quantityToHex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** Reads bytes as one unsigned big-endian number; none is zero. */
export function bytesToBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(bytesToHex(bytes));
}
