import type { EventEmitter } from 'node:events';

/** Of a request that is in work. */
type Answered = EventEmitter & { readonly destroyed?: boolean };

/**
 * Who has how many requests in work. A request may last long (a stream of events, a wait, a body that comes slowly), and then its connection
 * makes room for nobody: one party that has all of them would keep every other one out.
 */
export class Shares {
  readonly #most: number;
  readonly #holders = new Map<Answered, string>();
  readonly #counts = new Map<string, number>();
  /** One function for all answers. */
  readonly #ended: (this: Answered) => void;

  /** @param connections - most of a server; a party has at most half as many requests in work */
  constructor(connections: number) {
    this.#most = Math.ceil(connections / 2);
    const end = (answer: Answered) => this.#end(answer);
    this.#ended = function () {
      end(this);
    };
  }

  /**
   * Counts a request for a party until its answer is over; once, however often it is asked for.
   * @returns false where the party has its share already
   */
  take(answer: Answered, party: string): boolean {
    if (answer.destroyed || this.#holders.has(answer)) return true;
    const count = this.#counts.get(party) ?? 0;
    if (count >= this.#most) return false;
    this.#counts.set(party, count + 1);
    this.#holders.set(answer, party);
    answer.on('close', this.#ended);
    return true;
  }

  #end(answer: Answered): void {
    const party = this.#holders.get(answer);
    if (party === undefined) return;
    this.#holders.delete(answer);
    const left = (this.#counts.get(party) ?? 0) - 1;
    if (left > 0) this.#counts.set(party, left);
    else this.#counts.delete(party);
  }
}
