import { sql } from 'kysely';
import { CustosError } from '../../core/errors.js';
import type { ChainId, Network } from '../../core/ids.js';
import type { JournalEntry } from '../../core/store/journal.js';
import { isWaiting } from '../schema.js';
import { addEvent, requestExpired, requireEntry, type Tables } from './entries.js';
import { type Holder, isAbandoned, seizeLease, unleased } from './leases.js';
import { release } from './reservations.js';
import { readSealed, sealOf } from './seal.js';
import { advance } from './state-changes.js';

/** Requests that one write ends. */
const AT_ONCE = 100;

/** Ends requests whose time is over. One that a process works on ends there, or is signed in time. */
export async function endExpired(
  db: Tables,
  { chain, network }: { readonly chain: ChainId; readonly network: Network },
  holder: Holder,
): Promise<readonly JournalEntry[]> {
  const rows = await db
    .selectFrom('transactions')
    .selectAll()
    // Literal, so that the partial index is used.
    .where(sql<boolean>`expires_at is not null`)
    .where('expires_at', '<=', holder.now)
    .where(isWaiting)
    .where('chain', '=', chain)
    .where('network', '=', network)
    .where(isAbandoned(holder))
    .orderBy('expires_at')
    .limit(AT_ONCE)
    // Another machine ends those itself.
    .$if(holder.shared, (query) => query.forUpdate().skipLocked())
    .execute();
  const ended: JournalEntry[] = [];
  for (const row of rows) {
    const read = readSealed(db, row);
    // What somebody changed is not touched; `waiting` reports it.
    if (read.kind === 'damaged') continue;
    const lease = await seizeLease(db, read.entry, holder);
    const { code, message } = requestExpired(row.id);
    const fact = { errorCode: code, errorText: message };
    await advance(db, { lease, to: 'cancelled', fact, event: 'cancelled' }, holder);
    ended.push(await requireEntry(db, row.id));
  }
  return ended;
}

/** Frees what bytes that were handed out hold. They stay in the row: they may take effect any day. */
export async function releaseReturned(db: Tables, id: string, { now }: Holder): Promise<JournalEntry> {
  await sealOf(db).touch(db, id);
  const entry = await requireEntry(db, id);
  const { state, generation, intake } = entry;
  if (state !== 'completed' || intake?.delivery !== 'return' || intake.kind !== 'transaction') {
    throw new CustosError('STATE_CONFLICT', `transaction ${id} has no signed bytes that were handed out`);
  }
  const errorText = 'a person released it: others may have its nonce and outputs, and its bytes may still take effect';
  const fact = { errorCode: 'TRANSACTION_RELEASED', errorText } as const;
  await db
    .updateTable('transactions')
    .set({ ...unleased, state: 'failed', generation: generation + 1, updated_at: now })
    .set({ error_code: fact.errorCode, error_text: errorText })
    .where('id', '=', id)
    .where('state', '=', 'completed')
    .execute();
  await release(db, id);
  await addEvent(db, { id, at: now, event: 'released', fact });
  return requireEntry(db, id);
}
