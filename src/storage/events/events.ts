import type { Clock } from '../../core/clock.js';
import type { EventTable } from '../../core/events/feed.js';
import type { Database } from '../database.js';
import { type JournalSeal, useSeal } from '../journal/seal.js';
import type { StoreTables } from '../schema.js';
import { feedPage } from './page.js';
import { tallyOf } from './tally.js';
import { numberAndHandOut } from './webhooks.js';
import type { Written } from './written.js';

interface EventParts {
  /** Of the journal: what tells events is authentic. */
  readonly seal: JournalSeal;
  readonly written: Written;
  readonly clock: Clock;
}

/** The feed of events on a database. */
export function eventTable(database: Database<StoreTables>, { seal, written, clock }: EventParts): EventTable {
  const isShared = database.dialect === 'postgres';
  // Alone on a shared database: another process that waits for the feed's row waits for nothing else of this transaction.
  const numberSome = () =>
    database.write((db) => numberAndHandOut(db, { isShared, now: clock.now() }), { alone: isShared });
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
    tally: (feed, span) => database.read((db) => tallyOf(db, feed, span)),
    onWritten: (listener) => written.on(listener),
  };
}
