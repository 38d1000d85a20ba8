import { invalid } from '../shared/fields.js';

/** Reads XDR (RFC 4506), strictly: padding is zero, and nothing is left over. */
export class XdrReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** How many bytes were read so far. */
  get at(): number {
    return this.#at;
  }

  /** @throws CustosError TRANSACTION_INVALID: there are bytes behind the end */
  end(): void {
    if (this.#at !== this.#bytes.length) throw invalid('the transaction envelope has bytes behind its end');
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  int64(): bigint {
    return this.#view.getBigInt64(this.#take(8));
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  /** An amount: a number of 64 bits that is not negative. */
  amount(): bigint {
    const amount = this.int64();
    if (amount < 0n) throw invalid('the transaction has a negative amount');
    return amount;
  }

  bool(): boolean {
    const value = this.uint32();
    if (value > 1) throw invalid(`the transaction envelope has ${value} in place of a truth value`);
    return value === 1;
  }

  /** A value that may be absent. */
  optional<T>(read: () => T): T | undefined {
    return this.bool() ? read() : undefined;
  }

  list<T>(most: number, read: () => T): readonly T[] {
    const count = this.uint32();
    if (count > most) throw invalid(`the transaction envelope has a list of ${count}, at most ${most} are allowed`);
    return Array.from({ length: count }, read);
  }

  /** Bytes of a fixed length. */
  fixed(length: number): Uint8Array {
    const start = this.#take(length);
    const padding = (4 - (length % 4)) % 4;
    const end = this.#take(padding);
    if (this.#bytes.subarray(end, end + padding).some((byte) => byte !== 0)) {
      throw invalid('the transaction envelope has padding that is not zero');
    }
    return this.#bytes.slice(start, start + length);
  }

  /** Bytes with their length before them. */
  variable(most: number): Uint8Array {
    const length = this.uint32();
    if (length > most) throw invalid(`the transaction envelope has ${length} bytes where at most ${most} are allowed`);
    return this.fixed(length);
  }

  #take(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length) throw invalid('the transaction envelope is cut off');
    this.#at += length;
    return start;
  }
}
