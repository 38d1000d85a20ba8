import { joinUnambiguously, open, seal } from '../../crypto/seal.js';
import { ControlBook } from '../../signing/control/book.js';
import { BookKeeper, type BookSeal, type RecordFile, readKept } from '../../signing/control/kept-book.js';

/** A keeper's book, which is empty until the key of its state is there. */
export interface KeeperBook {
  readonly book: ControlBook;
  /** Reads what was kept, once. @param key - 32 bytes @throws CustosError KEEPER_STATE_DAMAGED */
  load(key: Uint8Array): void;
  /** How often the state was written. */
  readonly counter: number;
}

/** @param file - where it is kept, and what it held at the start; absent: it is forgotten with the keeper */
export function keeperBook(
  storeId: string,
  file: (RecordFile & { readonly bytes: Uint8Array }) | undefined,
): KeeperBook {
  const book = new ControlBook(Date.now);
  let keeper: BookKeeper | undefined;
  return {
    book,
    load(key) {
      if (file === undefined || keeper !== undefined) return;
      const sealing = sealOf(key.slice(), storeId);
      const kept = readKept(file.bytes, sealing);
      if (kept !== undefined) book.restore(kept.snapshot, kept.events);
      keeper = new BookKeeper(file, sealing, { counter: kept?.counter ?? 0, snapshot: () => book.snapshot() });
      book.keepIn(keeper);
    },
    get counter() {
      return keeper?.counter ?? 0;
    },
  };
}

function sealOf(key: Uint8Array, storeId: string): BookSeal {
  const contextOf = (place: string) => joinUnambiguously(['custos/keeper-state', storeId, place]);
  return {
    seal: (place, text) => seal(key, Buffer.from(text, 'utf8'), contextOf(place)),
    open(place, bytes) {
      const content = open(key, bytes, contextOf(place));
      return content && Buffer.from(content).toString('utf8');
    },
  };
}
