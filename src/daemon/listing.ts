import { isDue } from '../core/store/journal.js';

/** Milliseconds until an ended but still listed transaction is looked at again: a person may have retried it. */
const ENDED_REST = 30_000;

/** Remembers the transactions that the source lists, so that they are not all claimed at every poll. */
export class Listing {
  /** Transactions listed before: each is received once, however often it is listed. */
  readonly #seen = new Set<string>();
  /** Transactions that wait for another try, each with its time. */
  readonly #resting = new Map<string, number>();
  /** Transactions that the source lists although they have ended here. They are not urgent. */
  readonly #ended = new Set<string>();

  /** How many are listed although they have ended. */
  get ended(): number {
    return this.#ended.size;
  }

  /** @returns whether it was not listed before */
  see(id: string): boolean {
    const isNew = !this.#seen.has(id);
    this.#seen.add(id);
    return isNew;
  }

  isDue(id: string, now: number): boolean {
    return isDue(this.#resting.get(id) ?? 0, now);
  }

  /** It waits for another try. */
  waits(id: string, until: number): void {
    this.#ended.delete(id);
    this.#resting.set(id, until);
  }

  /** It has ended and is still listed. */
  ends(id: string, now: number): void {
    this.#ended.add(id);
    this.#resting.set(id, now + ENDED_REST);
  }

  /** It goes on, here or elsewhere. */
  goesOn(id: string): void {
    this.#ended.delete(id);
  }

  /** Forgets transactions that are no longer listed. */
  keepOnly(listed: ReadonlySet<string>): void {
    for (const known of [this.#seen, this.#resting, this.#ended]) {
      for (const id of known.keys()) if (!listed.has(id)) known.delete(id);
    }
  }
}
