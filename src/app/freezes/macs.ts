import type { JournalMac } from '../../core/store/journal-mac.js';
import { journalMac } from '../../core/store/journal-mac.js';
import { freezeKeyOf } from '../../vault/freeze-key.js';
import { journalKeyOf } from '../../vault/journal-key.js';

/** What authenticates freezes and their ends. */
export interface FreezeMacs {
  /** Of the journal: fronts verify by it. */
  readonly mac: JournalMac;
  /** Of ends alone: keepers verify by it, and no front has it. */
  readonly rootMac: JournalMac;
}

/** For whoever has the root key. */
export function freezeMacs(rootKey: Uint8Array, storeId: string): FreezeMacs {
  return { mac: journalMac(journalKeyOf(rootKey, storeId)), rootMac: journalMac(freezeKeyOf(rootKey, storeId)) };
}
