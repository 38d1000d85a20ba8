/** Says when something is over. An `AbortSignal` is one, too. */
export interface EndSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** As an `AbortController` and its signal, for what begins and ends with each request: those cost fifty times as much. */
export class Ending implements EndSignal {
  readonly #listeners = new Set<() => void>();
  #isOver = false;

  get aborted(): boolean {
    return this.#isOver;
  }

  /** Calls each listener once. Only the first time counts. */
  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (!this.#isOver) this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }
}
