import { CustosError } from '../../core/errors.js';
import type { Journal, JournalEntry, JournalEvent } from '../../core/store/journal.js';

/** A row of the journal for display. */
export interface ShownEntry {
  readonly entry: JournalEntry;
  /** True when the row was compared with its MAC. */
  readonly isVerified: boolean;
  /** RECORD_DAMAGED: the row or its story differs from what this store wrote. */
  readonly error?: CustosError;
}

/** The same with its story. */
export interface ShownStory extends ShownEntry {
  readonly events: readonly JournalEvent[];
}

/** Opens the journal with the password; undefined if none is available. */
export type Unlock = (() => Promise<Journal>) | undefined;

/**
 * Reads rows, and verifies them if a password is available. A row that does not verify is shown with the error, because a person
 * who looks for the cause must see it.
 * @throws CustosError PASSWORD_WRONG, STORE_*
 */
export async function showEntries(
  read: () => Promise<readonly JournalEntry[]>,
  unlock: Unlock,
): Promise<readonly ShownEntry[]> {
  const entries = await read();
  const journal = await unlock?.();
  if (journal === undefined) return entries.map((entry) => ({ entry, isVerified: false }));
  const found: ShownEntry[] = [];
  for (const entry of entries) found.push(await verifyEntry(journal, entry));
  return found;
}

/** @throws CustosError PENDING_UNKNOWN, PASSWORD_WRONG, STORE_* */
export async function showStory(journal: Journal, id: string, unlock: Unlock): Promise<ShownStory> {
  const entry = await journal.get(id);
  if (entry === undefined) throw new CustosError('PENDING_UNKNOWN', `the journal has no transaction ${id}`);
  const events = await journal.events(id);
  const open = await unlock?.();
  if (open === undefined) return { entry, events, isVerified: false };
  const shown = await verifyEntry(open, entry);
  if (!shown.isVerified) return { ...shown, events };
  try {
    return { ...shown, events: await open.events(id) };
  } catch (error) {
    return { entry, events, isVerified: false, error: damage(error) };
  }
}

/** A daemon may have written the row meanwhile, so the verified row is shown. */
async function verifyEntry(journal: Journal, entry: JournalEntry): Promise<ShownEntry> {
  try {
    const proved = await journal.get(entry.id);
    return proved === undefined ? { entry, isVerified: false } : { entry: proved, isVerified: true };
  } catch (error) {
    return { entry, isVerified: false, error: damage(error) };
  }
}

/** @throws any error that is not RECORD_DAMAGED */
function damage(error: unknown): CustosError {
  if (error instanceof CustosError && error.code === 'RECORD_DAMAGED') return error;
  throw error;
}
