/** Requests that may come at once after a while without any, in seconds of the rate. */
const BURST = 2;

/** Lets through so many requests a second on average. */
export class Bucket {
  readonly #rate: number;
  readonly #burst: number;
  #left: number;
  #at: number;

  /**
   * @param now - milliseconds of a clock that only grows
   * @param seconds - of the rate, which may come at once after a while without any
   */
  constructor(rate: number, now: number, seconds = BURST) {
    this.#rate = rate;
    this.#burst = Math.max(1, rate * seconds);
    this.#left = this.#burst;
    this.#at = now;
  }

  /** @returns 0 if a request may pass, else the milliseconds after which one may */
  take(now: number): number {
    const gained = ((now - this.#at) / 1000) * this.#rate;
    this.#left = Math.min(this.#burst, this.#left + gained);
    this.#at = now;
    if (this.#left >= 1) {
      this.#left -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.#left) / this.#rate) * 1000);
  }
}
