import { createHash } from 'node:crypto';
import { canonicalJson } from '../../policy/canonical-json.js';

/** How long a caller has to ask again, in milliseconds. */
const KEPT = 60_000;
/** Requests that are remembered. */
const MOST = 10_000;

/**
 * Requests whose callers went away before the answer. Many clients give up after ten seconds and send the same call again with
 * another number; without this, the second call would be a second payment.
 */
export class Orphans {
  readonly #now: () => number;
  readonly #kept = new Map<string, { readonly id: string; readonly until: number }>();

  /** @param now - milliseconds of a clock that only grows */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** What tells equal calls. @param parts - JSON: who asks, for which chain, what */
  static key(parts: readonly unknown[]): string {
    const text = canonicalJson(JSON.parse(JSON.stringify(parts)));
    return createHash('sha256').update(text).digest('base64');
  }

  put(key: string, id: string): void {
    this.#kept.delete(key);
    this.#kept.set(key, { id, until: this.#now() + KEPT });
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest);
  }

  /**
   * Each request is given once: a third equal call is another payment.
   * @param keyOf - makes the key, which nobody needs while no caller is missing
   */
  take(keyOf: () => string): string | undefined {
    if (this.#kept.size === 0) return undefined;
    const key = keyOf();
    const found = this.#kept.get(key);
    this.#kept.delete(key);
    return found !== undefined && found.until > this.#now() ? found.id : undefined;
  }
}
