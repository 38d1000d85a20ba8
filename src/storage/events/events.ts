import type { EventTable } from '../../core/events/feed.js';
import type { Database } from '../database.js';
import { type JournalSeal, useSeal } from '../journal/seal.js';
import type { StoreTables } from '../schema.js';
import { numberRows } from './number.js';
import { feedPage } from './page.js';
import type { Written } from './written.js';

interface EventParts {
  /** Of the journal: what tells events is authentic. */
  readonly seal: JournalSeal;
  readonly written: Written;
}

/** The feed of events on a database. */
export function eventTable(database: Database<StoreTables>, { seal, written }: EventParts): EventTable {
  const isShared = database.dialect === 'postgres';
  // Alone on a shared database: another process that waits for the feed's row waits for nothing else of this transaction.
  const numberSome = () => database.write((db) => numberRows(db, isShared), { alone: isShared });
  return {
    async number() {
      for (;;) {
        const { head, isWhole } = await numberSome();
        if (isWhole) return head;
      }
    },
    page: (query) =>
      database.read((db) => {
        useSeal(db, seal);
        return feedPage(db, query);
      }),
    onWritten: (listener) => written.on(listener),
  };
}
