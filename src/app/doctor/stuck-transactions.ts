import { type ErrorCode, errorKinds } from '../../core/errors.js';

/** After this many attempts a transaction counts as stuck: about four minutes of waiting. */
const TRIES = 8;
/** Most transactions that are tracked at the same time. */
const REMEMBERED = 10_000;
/** Most stuck transactions that are reported. */
const TOLD = 20;

interface Waiting {
  readonly chain: string;
  readonly code?: ErrorCode;
}

/** A transaction that was postponed again and again and has not ended. */
export interface Stuck extends Waiting {
  readonly id: string;
  /** How often it was postponed. */
  readonly tries: number;
  readonly remedy: string;
}

/** Tracks waiting transactions in bounded memory: the one with the oldest news is forgotten first. */
export class StuckTransactions {
  readonly #waiting = new Map<string, Waiting & { readonly tries: number }>();
  #forgotten = 0;

  get forgotten(): number {
    return this.#forgotten;
  }

  waits(id: string, waiting: Waiting): void {
    const tries = (this.#waiting.get(id)?.tries ?? 0) + 1;
    // Removed first, so that it goes to the end of the order.
    this.#waiting.delete(id);
    this.#waiting.set(id, { ...waiting, tries });
    if (this.#waiting.size <= REMEMBERED) return;
    const [oldest] = this.#waiting.keys();
    if (oldest !== undefined) this.#waiting.delete(oldest);
    this.#forgotten += 1;
  }

  ends(id: string): void {
    this.#waiting.delete(id);
  }

  /** The most often postponed first. */
  list(): readonly Stuck[] {
    const stuck = [...this.#waiting].filter(([, { tries }]) => tries >= TRIES);
    return stuck
      .sort(([, a], [, b]) => b.tries - a.tries)
      .slice(0, TOLD)
      .map(([id, waiting]) => ({ id, ...waiting, remedy: remedyOf(id, waiting) }));
  }
}

function remedyOf(id: string, { code }: Waiting): string {
  const look = `\`custos transaction show ${id}\` tells its story`;
  return code === undefined ? look : `${errorKinds[code].hint}; ${look}`;
}
