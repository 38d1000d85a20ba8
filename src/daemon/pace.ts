/** Shortest and longest time between polls, in milliseconds. It grows while nothing comes or the cloud does not answer. */
export interface Periods {
  readonly shortest: number;
  readonly longest: number;
}

/** Polls without anything new before the period begins to grow. */
const PATIENCE = 3;
/** The longest wait after a failed poll, in milliseconds. */
const LONGEST_AFTER_FAULT = 60_000;

/** How long one chain waits before its next poll: longer while it is idle, and short again at once when something comes. */
export class Pace {
  readonly #periods: Periods;
  #idle = 0;
  #faults = 0;

  constructor(periods: Periods) {
    this.#periods = periods;
  }

  /** @returns milliseconds until the next poll */
  after(result: 'busy' | 'idle'): number {
    const { shortest, longest } = this.#periods;
    this.#faults = 0;
    this.#idle = result === 'busy' ? 0 : this.#idle + 1;
    const growth = 2 ** Math.min(Math.max(this.#idle - PATIENCE, 0), 20);
    return Math.max(shortest, Math.min(shortest * growth, longest));
  }

  /** @param retryAfter - milliseconds that the other side asked for. @returns milliseconds until the next poll */
  afterFault(retryAfter = 0): number {
    const { shortest } = this.#periods;
    const doubled = shortest * 2 ** Math.min(this.#faults, 10);
    this.#faults += 1;
    return Math.max(shortest, retryAfter, Math.min(doubled, Math.max(LONGEST_AFTER_FAULT, shortest)));
  }
}
