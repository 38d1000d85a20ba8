/** A number as protocol buffers write it; zero is left out. */
export function number(field: number, value: bigint): Uint8Array {
  return value === 0n ? new Uint8Array(0) : join(varint(BigInt(field) << 3n), varint(value));
}

/** Bytes with their length before them; none are left out. */
export function bytes(field: number, value: Uint8Array): Uint8Array {
  return value.length === 0 ? value : message(field, value);
}

/** A message inside a message, which is written even when it is empty. */
export function message(field: number, value: Uint8Array): Uint8Array {
  return join(varint((BigInt(field) << 3n) | 2n), varint(BigInt(value.length)), value);
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function varint(value: bigint): Uint8Array {
  const groups: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) groups.push(Number(rest & 127n) | 128);
  return Uint8Array.of(...groups, Number(rest));
}
