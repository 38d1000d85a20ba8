import type { Clock } from '../core/clock.js';

/** Faults one after the other that shut a chain's way. */
const FAULTS = 5;
/** Milliseconds for which it is shut: at first, and at the most. It doubles each time the way is found dead again. */
const SHORTEST = 5_000;
const LONGEST = 300_000;

/**
 * The circuit breaker of one chain: a node or cloud that is dead costs one try now and then, and no transaction one of its
 * tries. Shut, it lets one transaction through when its time is over; whatever comes of it decides.
 */
export class Breaker {
  readonly #clock: Clock;
  readonly #onChange: (state: 'open' | 'closed') => void;
  #faults = 0;
  #shutFor = 0;
  #shutUntil = 0;

  constructor(clock: Clock, onChange: (state: 'open' | 'closed') => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** How many more transactions may go, if `running` are on their way. */
  room(running: number, width: number): number {
    if (this.#shutFor === 0) return Math.max(0, width - running);
    const isProbing = this.#clock.now() >= this.#shutUntil || this.#clock.now() < this.#shutUntil - LONGEST;
    return isProbing && running === 0 ? 1 : 0;
  }

  succeeded(): void {
    this.#faults = 0;
    if (this.#shutFor === 0) return;
    this.#shutFor = 0;
    this.#onChange('closed');
  }

  failed(): void {
    this.#faults += 1;
    const wasShut = this.#shutFor > 0;
    if (!wasShut && this.#faults < FAULTS) return;
    // Those that were on their way when it shut say nothing new.
    if (wasShut && this.#clock.now() < this.#shutUntil) return;
    this.#shutFor = wasShut ? Math.min(this.#shutFor * 2, LONGEST) : SHORTEST;
    this.#shutUntil = this.#clock.now() + this.#shutFor;
    if (!wasShut) this.#onChange('open');
  }
}
