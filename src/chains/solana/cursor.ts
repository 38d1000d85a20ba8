import { base58 } from '@scure/base';
import { invalid } from '../shared/fields.js';

/** Reads bytes of Solana's wire format from front to back: little-endian numbers, compact lengths, addresses of 32 bytes. */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #name: string;
  #at = 0;

  /** @param name - what the bytes are, for messages */
  constructor(bytes: Uint8Array, name: string) {
    this.#bytes = bytes;
    this.#name = name;
  }

  /** How many bytes are read. */
  get position(): number {
    return this.#at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** @throws CustosError TRANSACTION_INVALID: the bytes end before */
  take(length: number): Uint8Array {
    if (length > this.left) throw invalid(`${this.#name} ends in the middle`);
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  /** @param size - in bytes, 1 to 8 */
  number(size: number): bigint {
    return this.take(size).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  }

  /** A number of at most four bytes. */
  small(size: number): number {
    return Number(this.number(size));
  }

  u64(): bigint {
    return this.number(8);
  }

  /** @returns base58 of 32 bytes */
  address(): string {
    return base58.encode(this.take(32));
  }

  /** A length in one to three bytes of seven bits; the shortest form only, as nodes demand. */
  compact(): number {
    let value = 0;
    for (let shift = 0; shift <= 14; shift += 7) {
      const byte = this.small(1);
      value |= (byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      if (value > 0xffff || (byte === 0 && shift > 0)) break;
      return value;
    }
    throw invalid(`${this.#name} has a length that is not in its shortest form`);
  }

  /** @throws CustosError TRANSACTION_INVALID: bytes are left */
  end(): void {
    if (this.left > 0) throw invalid(`${this.#name} has ${this.left} bytes too many`);
  }
}

/** Writes a length as `Cursor.compact` reads it. @param value - 0 to 65535 */
export function compactLength(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}

/** Writes a number of 64 bits, little-endian. */
export function u64Bytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}
