import { systemClock } from '../core/clock.js';
import type { KeySlot, Store } from '../core/store.js';
import type { Database } from './database.js';
import { journalTable } from './journal.js';
import { journalRecords } from './journal-records.js';
import type { StoreTables } from './migrations/0001-first.js';
import { slotTable } from './slots.js';
import { walletTable } from './wallets.js';

/** What a store is made with. */
export interface NewStore {
  readonly storeId: string;
  readonly slots: readonly KeySlot[];
  /** Fills the store before it is there for anybody else, as a restore does. */
  readonly fill?: (store: Pick<Store, 'wallets' | 'journalRecords'>) => Promise<void>;
}

/** The tables of a store, on whatever database. */
export function storeTables(
  database: Database<StoreTables>,
): Pick<Store, 'wallets' | 'slots' | 'journal' | 'journalRecords'> {
  return {
    wallets: walletTable(database),
    slots: slotTable(database),
    journal: journalTable(database, systemClock),
    journalRecords: journalRecords(database),
  };
}
