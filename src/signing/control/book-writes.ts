import type { SignatureId } from '../../core/ids.js';
import type { BookEvent, BookJournal } from './book-event.js';

/** No wallet has such an id. */
const DOCUMENTS = 'documents';

/** Makes what happens to a book durable, the changes of one turn of the event loop in one write. Without a journal it does nothing. */
export class BookWrites {
  #journal: BookJournal | undefined;
  #waiting: BookEvent[] = [];
  #last: Promise<void> = Promise.resolve();
  /** The last write failed, and nothing was written since. */
  #isBehind = false;
  /** What signatures go by and is not durable yet: documents, and wallets by their ids. */
  readonly #unkept = new Set<string>();

  /** From now on everything is written there. */
  keepIn(journal: BookJournal): void {
    this.#journal = journal;
  }

  record(event: BookEvent): void {
    if (this.#journal === undefined) return;
    if (event.kind === 'documents') this.#unkept.add(DOCUMENTS);
    if (event.kind === 'wallets') for (const { id } of event.records) this.#unkept.add(id);
    this.#waiting.push(event);
    if (this.#waiting.length === 1) this.#write(this.#journal);
  }

  /** Whether a signature by these wallets goes by something that is not durable yet, whoever learned it. */
  isUnkept(wallets: readonly { readonly id: SignatureId }[]): boolean {
    return this.#unkept.has(DOCUMENTS) || wallets.some(({ id }) => this.#unkept.has(id));
  }

  /** Resolves when everything until now is durable. What could not be written is tried once more. @throws CustosError KEEPER_STATE_UNWRITTEN */
  settled(): Promise<void> {
    if (this.#isBehind && this.#journal !== undefined) this.#write(this.#journal);
    return this.#last;
  }

  /** What has happened until now is in a snapshot, and needs no record of its own. */
  leaveOut(): void {
    this.#waiting = [];
  }

  #write(journal: BookJournal): void {
    const written = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      const events = this.#waiting;
      this.#waiting = [];
      return journal.write(events);
    });
    this.#last = written;
    this.#isBehind = false;
    const end = (isKept: boolean) => {
      // A later write says more.
      if (this.#last !== written) return;
      if (isKept) this.#unkept.clear();
      else this.#isBehind = true;
    };
    written.then(
      () => end(true),
      () => end(false),
    );
  }
}
