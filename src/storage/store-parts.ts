import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import type { KeySlot, Store } from '../core/store/store.js';
import { approvalTable } from './approvals/approvals.js';
import type { Database } from './database.js';
import { freezeTable } from './freezes/freezes.js';
import { journalRecords } from './journal/backup-rows.js';
import { journalTable } from './journal/journal.js';
import { openJournal } from './journal/remac.js';
import { JournalSeal } from './journal/seal.js';
import { policyTable } from './policies/policies.js';
import { replaceRoot } from './rekey.js';
import type { StoreTables } from './schema.js';
import { slotTable } from './wallets/slots.js';
import { walletTable } from './wallets/wallets.js';

/** Content of a new store. */
export interface NewStore {
  readonly storeId: string;
  readonly slots: readonly KeySlot[];
  /** Of the root key that the slots open; the first one when absent. */
  readonly generation?: number;
  /** Fills the store before others can see it, as a restore does. */
  readonly fill?: (
    store: Pick<Store, 'wallets' | 'journalRecords' | 'approvals' | 'policies' | 'freezes' | 'unlockJournal'>,
  ) => Promise<void>;
}

type Tables =
  | 'wallets'
  | 'approvals'
  | 'freezes'
  | 'policies'
  | 'slots'
  | 'journal'
  | 'unlockJournal'
  | 'journalRecords'
  | 'rootGeneration'
  | 'rekey';

/** The tables of a store, on either database. */
export function storeTables(database: Database<StoreTables>, generation: number, clock: Clock): Pick<Store, Tables> {
  const seal = new JournalSeal(database.dialect === 'postgres');
  return {
    rootGeneration: generation,
    wallets: walletTable(database, generation),
    slots: slotTable(database, generation),
    approvals: approvalTable(database, generation),
    freezes: freezeTable(database, generation),
    policies: policyTable(database, generation),
    journal: journalTable(database, clock, randomUUID(), seal),
    unlockJournal: (opening) => database.write((db) => openJournal(db, seal, opening)),
    journalRecords: journalRecords(database, seal),
    rekey: (root) => replaceRoot(database, generation, root),
  };
}
