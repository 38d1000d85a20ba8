import { hash, randomBytes } from 'node:crypto';

/** Headers that are remembered. */
const MOST = 10_000;

/** The token of a header, as the store knows it. */
interface Seen {
  readonly id: string;
  /** SHA-256 of its secret. */
  readonly hash: string;
}

/**
 * Headers whose tokens were right, so that a client that sends the same one again costs one hash. A header is kept as its hash under a key
 * of this process: neither does memory hold tokens, nor does the time of a look-up say anything about them.
 */
export class SeenHeaders {
  readonly #key = randomBytes(32).toString('hex');
  readonly #seen = new Map<string, Seen>();

  /** Under what a header is kept. */
  nameOf(header: string): string {
    return hash('sha256', this.#key + header, 'base64');
  }

  get(name: string): Seen | undefined {
    return this.#seen.get(name);
  }

  set(name: string, seen: Seen): void {
    this.#seen.set(name, seen);
    const oldest = this.#seen.keys().next().value;
    if (this.#seen.size > MOST && oldest !== undefined) this.#seen.delete(oldest);
  }
}
