import { RecentForms } from './distinct.js';

/**
 * One line for each sender: works of the same sender run one after another in the order they came, so that a nonce is
 * given once; works of different senders run at the same time.
 */
export class SenderQueues {
  /** What the senders' transactions were made of lately. */
  readonly recent = new RecentForms();
  readonly #tails = new Map<string, Promise<void>>();

  run<T>(sender: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(sender) ?? Promise.resolve();
    const result = before.then(work);
    const tail = result.then(
      () => undefined,
      () => undefined,
    );
    this.#tails.set(sender, tail);
    void tail.then(() => {
      if (this.#tails.get(sender) === tail) this.#tails.delete(sender);
    });
    return result;
  }
}
