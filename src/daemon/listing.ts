import { isDue } from '../core/store/journal.js';

/** Milliseconds after which what is ended, but still listed, is looked at again: a person may have retried it. */
const ENDED_REST = 30_000;

/** What is known of the transactions that the source lists, so that none is claimed at every poll. */
export class Listing {
  /** What was listed before: it is received once, however often it is listed. */
  readonly #seen = new Set<string>();
  /** What waits to be tried again, and until when. */
  readonly #resting = new Map<string, number>();
  /** What the source lists although it is ended here, which is nothing to hurry for. */
  readonly #ended = new Set<string>();

  /** How many are listed although they are ended. */
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

  /** It waits to be tried again. */
  waits(id: string, until: number): void {
    this.#ended.delete(id);
    this.#resting.set(id, until);
  }

  /** It is ended, and listed all the same. */
  ends(id: string, now: number): void {
    this.#ended.add(id);
    this.#resting.set(id, now + ENDED_REST);
  }

  /** It goes on, here or elsewhere. */
  goesOn(id: string): void {
    this.#ended.delete(id);
  }

  /** Forgets what is no longer listed. */
  keepOnly(listed: ReadonlySet<string>): void {
    for (const known of [this.#seen, this.#resting, this.#ended]) {
      for (const id of known.keys()) if (!listed.has(id)) known.delete(id);
    }
  }
}
