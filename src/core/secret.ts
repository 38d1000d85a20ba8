import { inspect } from 'node:util';
import { CustosError } from './errors.js';

/**
 * Bytes or text that must never be shown. Prints as `[secret]`, cannot become JSON, and can be wiped.
 * Text is kept as UTF-8 bytes, because JavaScript strings cannot be overwritten.
 */
export class Secret {
  #bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Takes ownership: `wipe` overwrites these bytes themselves. @throws CustosError ARGUMENT_INVALID: not bytes */
  static bytes(bytes: Uint8Array): Secret {
    if (!(bytes instanceof Uint8Array)) throw new CustosError('ARGUMENT_INVALID', 'Secret.bytes: needs a Uint8Array');
    return new Secret(bytes);
  }

  /** @throws CustosError ARGUMENT_INVALID: not a text */
  static text(text: string): Secret {
    if (typeof text !== 'string') throw new CustosError('ARGUMENT_INVALID', 'Secret.text: needs a text');
    return new Secret(new TextEncoder().encode(text));
  }

  /** True for a secret of this class, and not for an object that only has its prototype. */
  static is(value: unknown): value is Secret {
    return typeof value === 'object' && value !== null && #bytes in value;
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
