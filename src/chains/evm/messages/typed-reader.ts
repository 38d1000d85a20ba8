import { bytesToHex } from '../../shared/hexadecimal.js';
import type { TypedValue } from './typed-values.js';

/** Values of typed data by their paths. What is asked for has the type that the known form says. */
export class TypedReader {
  readonly #value: TypedValue | undefined;

  constructor(value: TypedValue | undefined) {
    this.#value = value;
  }

  at(...path: string[]): TypedReader {
    let found = this.#value;
    for (const name of path) found = found instanceof Map ? found.get(name) : undefined;
    return new TypedReader(found);
  }

  list(...path: string[]): readonly TypedReader[] {
    const found = this.at(...path).#value;
    return Array.isArray(found) ? found.map((item: TypedValue) => new TypedReader(item)) : [];
  }

  /** An address as it is shown, or a text. */
  text(...path: string[]): string {
    const found = this.at(...path).#value;
    return found instanceof Uint8Array ? bytesToHex(found) : String(found);
  }

  number(...path: string[]): bigint {
    const found = this.at(...path).#value;
    return typeof found === 'bigint' ? found : 0n;
  }

  flag(...path: string[]): boolean {
    return this.at(...path).#value === true;
  }

  bytes(...path: string[]): Uint8Array {
    const found = this.at(...path).#value;
    return found instanceof Uint8Array ? found : new Uint8Array(0);
  }
}
