import { type Log, tell } from '../../core/log.js';
import type { JournalKey } from '../../core/store/journal-mac.js';
import type { Store } from '../../core/store/store.js';
import { journalKeyOf } from '../../vault/journal-key.js';
import { isOfFirstForm, type OpenedSlot } from '../../vault/key-slots.js';

/** The journal's key, if this process has opened the root key. */
export function journalKeyFrom({ rootKey, slot }: OpenedSlot, storeId: string): JournalKey {
  return { key: journalKeyOf(rootKey, storeId), mayAdopt: isOfFirstForm(slot) };
}

/** Opens the journal for changes, and warns if it accepts an older journal without MACs. */
export async function openJournal({ log }: { readonly log: Log }, store: Store, key: JournalKey): Promise<void> {
  const transactions = await store.unlockJournal(key);
  if (transactions > 0) tell(log, 'journal-adopted', { transactions });
}
