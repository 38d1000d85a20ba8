import { type ErrorCode, errorKinds } from '../../core/errors.js';

/** Tries after which a transaction counts as stuck: about four minutes of waiting. */
const TRIES = 8;
/** Transactions that are kept in mind at the same time. */
const REMEMBERED = 10_000;
/** Stuck ones that are told. */
const TOLD = 20;

interface Waiting {
  readonly chain: string;
  readonly code?: ErrorCode;
}

/** A transaction that was put off again and again and never ended. */
export interface Stuck extends Waiting {
  readonly id: string;
  /** How often it was put off. */
  readonly tries: number;
  readonly remedy: string;
}

/** Keeps in mind which transactions wait, in bounded memory: the one that was heard of longest ago is forgotten first. */
export class StuckTransactions {
  readonly #waiting = new Map<string, Waiting & { readonly tries: number }>();
  #forgotten = 0;

  get forgotten(): number {
    return this.#forgotten;
  }

  waits(id: string, waiting: Waiting): void {
    const tries = (this.#waiting.get(id)?.tries ?? 0) + 1;
    // Taken out first, so that it goes to the end of the order.
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

  /** The most often put off first. */
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
