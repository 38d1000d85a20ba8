import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import { journalMac } from '../core/store/journal-mac.js';
import type { KeySlot, Store } from '../core/store/store.js';
import { accessTable } from './access/access.js';
import { ticketTable } from './access/tickets.js';
import { approvalTable } from './approvals/approvals.js';
import { auditRows } from './audit/backup-rows.js';
import { auditLog } from './audit/log.js';
import { AuditMemory } from './audit/memory.js';
import { AuditWriter } from './audit/writer.js';
import type { Database } from './database.js';
import { eventTable } from './events/events.js';
import { subscriptionTable } from './events/subscriptions.js';
import { webhookTable } from './events/webhooks.js';
import { Written } from './events/written.js';
import { freezeTable } from './freezes/freezes.js';
import { journalRecords } from './journal/backup-rows.js';
import { journalTable } from './journal/journal.js';
import { openJournal } from './journal/remac.js';
import { JournalSeal } from './journal/seal.js';
import { policyTable } from './policies/policies.js';
import { replaceRoot } from './rekey.js';
import { underRoot } from './root-generation.js';
import type { StoreTables } from './schema.js';
import { addressTable } from './wallets/addresses.js';
import { ownerTable } from './wallets/owners.js';
import { slotTable } from './wallets/slots.js';
import { walletTable } from './wallets/wallets.js';

/** Content of a new store. */
export interface NewStore {
  readonly storeId: string;
  readonly slots: readonly KeySlot[];
  /** Of the root key that the slots open; the first one when absent. */
  readonly generation?: number;
  /** Fills the store before others can see it, as a restore does. */
  readonly fill?: (store: Filling) => Promise<void>;
}

/** The parts of a store that a restore fills. */
export type Filling = Pick<
  Store,
  | 'wallets'
  | 'owners'
  | 'addresses'
  | 'journalRecords'
  | 'approvals'
  | 'policies'
  | 'freezes'
  | 'access'
  | 'unlockJournal'
  | 'audit'
  | 'auditRows'
>;

type Tables =
  | keyof Filling
  | 'tickets'
  | 'slots'
  | 'journal'
  | 'events'
  | 'webhooks'
  | 'subscriptions'
  | 'unlockAudit'
  | 'rootGeneration'
  | 'rekey';

/** The tables of a store, on either database. */
export function storeTables(opened: Database<StoreTables>, generation: number, clock: Clock): Pick<Store, Tables> {
  const database = underRoot(opened, generation);
  const isShared = database.dialect === 'postgres';
  const seal = new JournalSeal(isShared);
  // The log is opened with the root key, whether or not the journal is.
  const auditSeal = new JournalSeal(isShared);
  const process = randomUUID();
  const memory = new AuditMemory();
  const writer = new AuditWriter({ clock, seal: auditSeal, process, memory });
  const written = new Written();
  return {
    rootGeneration: generation,
    wallets: walletTable(database, generation),
    owners: ownerTable(database, generation),
    addresses: addressTable(database, generation),
    slots: slotTable(database, generation),
    approvals: approvalTable(database, generation),
    freezes: freezeTable(database, generation),
    policies: policyTable(database, generation),
    access: accessTable(database, generation),
    tickets: ticketTable(database, generation),
    journal: journalTable(database, clock, process, { seal, written }),
    async unlockJournal(opening) {
      auditSeal.unlock(journalMac(opening.key));
      return database.write((db) => openJournal(db, seal, opening));
    },
    events: eventTable(database, { seal, written, clock }),
    webhooks: webhookTable(database, { seal, written }),
    subscriptions: subscriptionTable(database, seal),
    audit: auditLog(database, { writer, seal: auditSeal, process, memory }),
    unlockAudit: (key) => auditSeal.unlock(journalMac(key)),
    auditRows: auditRows(database, auditSeal),
    journalRecords: journalRecords(database, seal),
    rekey: (root) => replaceRoot(database, { generation, audit: auditSeal }, root),
  };
}
