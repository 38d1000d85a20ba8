import type { Clock } from '../core/clock.js';

/** Number of successive faults that shut a chain's way. */
const FAULTS = 5;
/** Shortest and longest time that it stays shut, in milliseconds. The time doubles whenever the way is still dead. */
const SHORTEST = 5_000;
const LONGEST = 300_000;
/** Transactions that may be on a way that has carried none yet. */
const UNPROVED = 32;

/**
 * The circuit breaker of one chain. A dead node or cloud costs only an occasional try, and no transaction loses its tries. When
 * its time is over, a shut breaker lets one transaction through, and that transaction's result decides. A way that is not known to
 * work gets a few places, and one more for each transaction that it carried: one whose node never answers holds no more of them.
 */
export class Breaker {
  readonly #clock: Clock;
  readonly #onChange: (state: 'open' | 'closed') => void;
  #faults = 0;
  #shutFor = 0;
  #shutUntil = 0;
  #proved = UNPROVED;

  constructor(clock: Clock, onChange: (state: 'open' | 'closed') => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** How many more transactions may start while `running` are on their way. */
  room(running: number, width: number): number {
    if (this.#shutFor === 0) return Math.max(0, width - running);
    const isProbing = this.#clock.now() >= this.#shutUntil || this.#clock.now() < this.#shutUntil - LONGEST;
    return isProbing && running === 0 ? 1 : 0;
  }

  /** How many the way may carry at the same time, as far as it has shown. */
  get proved(): number {
    return this.#proved;
  }

  succeeded(): void {
    this.#faults = 0;
    this.#proved += 1;
    if (this.#shutFor === 0) return;
    this.#shutFor = 0;
    this.#onChange('closed');
  }

  failed(): void {
    this.#faults += 1;
    const wasShut = this.#shutFor > 0;
    if (!wasShut && this.#faults < FAULTS) return;
    // Transactions that were already on their way when it shut prove nothing new.
    if (wasShut && this.#clock.now() < this.#shutUntil) return;
    this.#shutFor = wasShut ? Math.min(this.#shutFor * 2, LONGEST) : SHORTEST;
    this.#shutUntil = this.#clock.now() + this.#shutFor;
    this.#proved = UNPROVED;
    if (!wasShut) this.#onChange('open');
  }
}
