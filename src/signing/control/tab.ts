import type { AccountQuestion } from '../../core/signing/control.js';
import type { ControlBook } from './book.js';
import type { WalletRecord } from './revisions.js';

/**
 * What one question to a signer takes, until it is answered. A signature keeps it, a refusal gives it back. A signer that dies
 * without an answer may have made the bytes, so whoever loses a tab leaves it open, and everything stays taken.
 */
export class Tab {
  readonly #book: ControlBook;
  #families: number[] = [];

  constructor(book: ControlBook) {
    this.#book = book;
  }

  /** @returns sums for a question about them @throws CustosError BUDGET_EXCEEDED, APPROVAL_SPENT, RECORD_DAMAGED */
  answer(question: AccountQuestion): readonly bigint[] {
    if (question.kind === 'used') return this.#book.used(question.claim, question.wanted);
    this.#families.push(this.#book.reserve(question));
    return [];
  }

  /**
   * Resolves when what a given signature took and was made by is durable, so that the signature may leave.
   * @param used - the records that it was made with
   * @throws CustosError KEEPER_STATE_UNWRITTEN; CONTROL_OLD: one of them is an older one
   */
  async signed(used: readonly WalletRecord[] = []): Promise<void> {
    const isUnkept = this.#book.see(used);
    if (isUnkept || this.#families.length > 0) await this.#book.settled();
  }

  refused(): void {
    for (const family of this.#families) this.#book.release(family);
    this.#families = [];
  }
}
