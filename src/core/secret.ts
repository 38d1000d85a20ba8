import { inspect } from 'node:util';

/**
 * Bytes or text that must never be shown. Prints as `[secret]`, refuses to become JSON, and can be wiped.
 * Text is kept as UTF-8 bytes, because JavaScript strings cannot be overwritten.
 */
export class Secret {
  #bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Takes ownership: `wipe` overwrites these very bytes. */
  static bytes(bytes: Uint8Array): Secret {
    return new Secret(bytes);
  }

  static text(text: string): Secret {
    return new Secret(new TextEncoder().encode(text));
  }

  /** The live bytes, not a copy. */
  exposeBytes(): Uint8Array {
    return this.#bytes;
  }

  exposeText(): string {
    return new TextDecoder('utf-8', { fatal: true }).decode(this.#bytes);
  }

  get length(): number {
    return this.#bytes.length;
  }

  wipe(): void {
    this.#bytes.fill(0);
    this.#bytes = new Uint8Array(0);
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): never {
    throw new TypeError('a secret cannot be made JSON');
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
