import { hash } from 'node:crypto';
import { bodyDigest } from '../idempotency.js';

/** Bodies that are remembered: those of some seconds under load, because a client that got no answer asks again then. */
const MOST = 16_384;
/** Bytes that all of them had: what they say takes about as much. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Characters of the longest name that is remembered. A longer key is refused anyway. */
const LONGEST_NAME = 400;

/** A body that was parsed and validated. */
export class ReadBody<T> {
  readonly value: T;
  #digest: string | undefined;

  constructor(value: T) {
    this.value = value;
  }

  /** What an idempotency key is bound to, made once. */
  digest(): string {
    this.#digest ??= bodyDigest(this.value);
    return this.#digest;
  }
}

interface Known<T> {
  /** SHA-256 of the bytes, which are equal where it is. */
  readonly hash: string;
  readonly size: number;
  readonly body: ReadBody<T>;
}

/**
 * What the bodies of one operation said, so that a request that a client sends again is neither parsed nor validated nor hashed again.
 * What a body says follows from its bytes alone: what the sender may do, and what has become of the request, is looked up each time.
 */
export class ReadBodies<T> {
  readonly #known = new Map<string, Known<T>>();
  #bytes = 0;

  /**
   * @param name - of the request, by whom it is sent: other bytes under the same name are another body
   * @param bytes - as they came
   * @param read - says what they say, and nothing else: a body that it refuses is refused each time
   */
  read(name: string, bytes: Uint8Array, read: () => T): ReadBody<T> {
    if (name.length > LONGEST_NAME) return new ReadBody(read());
    const known = this.#known.get(name);
    const digest = hash('sha256', bytes, 'base64');
    if (known?.hash === digest) {
      // Who sends a request twice may send it a third time.
      this.#known.delete(name);
      this.#known.set(name, known);
      return known.body;
    }
    const body = new ReadBody(frozen(read()));
    if (known !== undefined) this.#forget(name, known);
    this.#known.set(name, { hash: digest, size: bytes.length, body });
    this.#bytes += bytes.length;
    this.#forgetOldest();
    return body;
  }

  #forgetOldest(): void {
    for (const [name, known] of this.#known) {
      if (this.#known.size <= MOST && this.#bytes <= MOST_BYTES) return;
      this.#forget(name, known);
    }
  }

  #forget(name: string, { size }: Known<T>): void {
    this.#known.delete(name);
    this.#bytes -= size;
  }
}

/** Several requests have it, so none may change it. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const one of Object.values(value)) frozen(one);
  return Object.freeze(value);
}
