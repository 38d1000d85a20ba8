/** What uses places: one chain. */
export interface PlaceUser {
  /** How many of its transactions are on their way. */
  readonly running: number;
  /** How many wait for a place. */
  readonly waiting: number;
}

/**
 * Divides the places of a process among the chains that have work: each has at least its part, and what the others leave. So one chain
 * may have all of them, and a burst on every chain does not fill the memory. A chain never waits for another, which may be dead: where
 * one has all, the next one begins with its part at once, although there are more on their way than all until the first ones end.
 */
export class Places {
  /** Transactions that are on their way at the same time. */
  readonly all: number;
  readonly #users: PlaceUser[] = [];

  constructor(all: number) {
    this.all = all;
  }

  /** A chain takes part. @returns how many places it may use now: at least 1 */
  admit(user: PlaceUser): () => number {
    this.#users.push(user);
    return () => {
      let others = 0;
      let working = 1;
      for (const other of this.#users) {
        if (other === user) continue;
        others += other.running;
        if (other.running + other.waiting > 0) working += 1;
      }
      return Math.max(Math.ceil(this.all / working), this.all - others);
    };
  }
}
