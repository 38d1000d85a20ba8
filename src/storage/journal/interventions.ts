import type { ExpressionBuilder } from 'kysely';
import { CustosError } from '../../core/errors.js';
import {
  type DeathProof,
  isUnsigned,
  type JournalEntry,
  type JournalFact,
  livingStates,
  type State,
  unsignedStates,
} from '../../core/store/journal.js';
import { freeBudgets } from '../budgets/reservations.js';
import type { StoreTables } from '../schema.js';
import { acceptedSpends, addEvent, lastSpends, requireEntry, type Tables } from './entries.js';
import { type Holder, isFree, seizeLease, unleased } from './leases.js';
import { release, reserveAgain, reserveOutputs, signedWith } from './reservations.js';
import { toEntry } from './rows.js';
import { sealOf } from './seal.js';
import { advance } from './state-changes.js';
import { twinOf, withoutBytes } from './transaction-ids.js';

/**
 * Puts a denied or failed transaction back.
 * @param awaitsProof - true when bytes may also go back if another transaction now has their nonce: the daemon then sends
 *   nothing until it is proved which of the two took effect
 * @throws CustosError PENDING_UNKNOWN, STATE_CONFLICT, OUTPUT_SPENT, OUTPUT_RESERVED
 */
export async function retry(
  db: Tables,
  { id, awaitsProof }: { id: string; awaitsProof: boolean },
  holder: Holder,
): Promise<JournalEntry> {
  await sealOf(db).touch(db, id);
  const entry = await requireEntry(db, id);
  if (entry.state !== 'denied' && entry.state !== 'failed') {
    throw new CustosError(
      'STATE_CONFLICT',
      `transaction ${id} is ${entry.state}; only a denied or failed one is retried`,
    );
  }
  const twin = await twinOf(db, entry);
  // Recorded bytes stay, because they may still take effect. A transaction without its own bytes starts again.
  const back = entry.signed === undefined || twin !== undefined ? 'claimed' : 'signed';
  const result = await db
    .updateTable('transactions')
    .set({
      ...unleased,
      state: back,
      generation: entry.generation + 1,
      error_code: null,
      error_text: null,
      reported: null,
      attempts: 0,
      next_attempt_at: 0,
      updated_at: holder.now,
    })
    .where('id', '=', id)
    .where('generation', '=', entry.generation)
    .where('state', '=', entry.state)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) {
    throw new CustosError('STATE_CONFLICT', `transaction ${id} has changed in the meantime`);
  }
  if (twin !== undefined) await withoutBytes(db, entry, { twin, now: holder.now });
  // The nonce and outputs of failed bytes were free, so another transaction may have them now.
  if (back === 'signed') await reserveAgain(db, { entry, awaitsProof }, holder);
  else await reserveOutputs(db, { ...entry, by: holder }, await acceptedSpends(db, id));
  await addEvent(db, { id, at: holder.now, event: 'retried', fact: {} });
  return requireEntry(db, id);
}

/**
 * Ends a transaction that was never signed, or that has bytes proved dead. The journal cannot show that bytes were not sent:
 * they are sent after `signed` is written, and a process that ends at that point writes nothing more.
 * @throws CustosError PENDING_UNKNOWN, STATE_CONFLICT
 */
export async function cancel(
  db: Tables,
  { id, proof }: { id: string; proof: DeathProof | undefined },
  holder: Holder,
): Promise<JournalEntry> {
  await sealOf(db).touch(db, id);
  const entry = await requireEntry(db, id);
  const { state, signed, txId } = entry;
  if (isUnsigned(state)) {
    const lease = await seizeLease(db, entry, holder);
    await advance(db, { lease, to: 'cancelled', fact: {}, event: 'cancelled' }, holder);
    return requireEntry(db, id);
  }
  if (state !== 'failed' && state !== 'denied' && state !== 'signed') {
    throw new CustosError('STATE_CONFLICT', `transaction ${id} is ${state} and cannot be cancelled`);
  }
  const hasBytes = signed !== undefined || state === 'signed';
  if (hasBytes && (proof === undefined || proof.txId !== txId)) {
    throw new CustosError(
      'STATE_CONFLICT',
      `transaction ${id} is ${state}, and its signed bytes may still take effect`,
    );
  }
  const errorText = signed === undefined ? 'it has no signed bytes' : proof?.text;
  const fact = { ...(errorText !== undefined && { errorText }) };
  await endWithout(db, { entry, fact, event: 'cancelled' }, holder);
  return requireEntry(db, id);
}

/**
 * Makes a transaction without bytes due at once, because what it waits for may have come. A process that works on it goes on.
 * Nothing else changes: its story stays, and so does the count of its tries.
 */
export async function wake(db: Tables, id: string): Promise<void> {
  await sealOf(db).touch(db, id);
  await db
    .updateTable('transactions')
    .set({ next_attempt_at: 0 })
    .where('id', '=', id)
    .where('state', 'in', unsignedStates)
    .execute();
}

type Row = ExpressionBuilder<StoreTables, 'transactions'>;

/** Held, or frozen between its signature and its broadcast. */
function isHeld(row: Row) {
  return row.or([row('state', '=', 'held'), row.and([row('state', '=', 'signed'), row('error_code', '=', 'FROZEN')])]);
}

/** Makes all that is held due at once, because what it waits for may have ended. As `wake` it changes nothing else. */
export async function wakeHeld(db: Tables): Promise<void> {
  const rows = await db.selectFrom('transactions').select('id').where(isHeld).orderBy('id').execute();
  for (const { id } of rows) {
    await sealOf(db).touch(db, id);
    await db.updateTable('transactions').set({ next_attempt_at: 0 }).where('id', '=', id).where(isHeld).execute();
  }
}

/** Ends what the application has withdrawn, as the cloud reports. @returns false when it is signed, or a process works on it */
export async function withdraw(db: Tables, entry: JournalEntry, holder: Holder): Promise<boolean> {
  const isHeld = await db
    .selectFrom('transactions')
    .select('id')
    .where('id', '=', entry.id)
    .where((row) => row.not(isFree(holder)(row)))
    .executeTakeFirst();
  if (isHeld !== undefined || entry.signed !== undefined || !withdrawable.some((state) => state === entry.state))
    return false;
  await endWithout(db, { entry, fact: {}, event: 'withdrawn by the application' }, holder);
  return true;
}

/** States in which nothing can have been sent, as long as there are no bytes. */
export const withdrawable = [...unsignedStates, 'denied', 'failed'] as const satisfies readonly State[];

interface Ending {
  readonly entry: JournalEntry;
  readonly fact: JournalFact;
  readonly event: string;
}

/** Dead bytes leave the row, as with `expire`; the story keeps them. */
async function endWithout(db: Tables, { entry, fact, event }: Ending, holder: Holder): Promise<void> {
  const { id, generation, state, signed, txId } = entry;
  const { now } = holder;
  await sealOf(db).touch(db, id);
  const result = await db
    .updateTable('transactions')
    .set({
      ...{ ...unleased, state: 'cancelled', generation: generation + 1, updated_at: now },
      ...{ signed: null, tx_id: null, block: null },
    })
    .where('id', '=', id)
    .where('generation', '=', generation)
    .where('state', '=', state)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) {
    throw new CustosError('STATE_CONFLICT', `transaction ${id} has changed in the meantime`);
  }
  await release(db, id);
  await freeBudgets(db, id, holder);
  const dead = { ...(signed !== undefined && { signed }), ...(txId !== undefined && { txId }) };
  await addEvent(db, { id, at: now, event, fact: { ...dead, ...fact } });
}

/** Signed transactions that have the nonce of this one, or spend one of its outputs: at most one of them takes effect. */
export async function rivalsOf(db: Tables, entry: JournalEntry): Promise<readonly JournalEntry[]> {
  const ids = new Set<string>();
  const sameNonce = await signedWith(db, entry);
  if (sameNonce !== undefined) ids.add(sameNonce.id);
  const outputs = await lastSpends(db, entry.id);
  if (outputs.length > 0) {
    const holders = await db
      .selectFrom('reservations')
      .selectAll()
      .where('chain', '=', entry.chain)
      .where('network', '=', entry.network)
      .where('sender', '=', '')
      .where('resource', 'in', outputs)
      .where('transaction_id', '!=', entry.id)
      .execute();
    for (const row of holders) {
      sealOf(db).require('reservations', row, row.transaction_id);
      ids.add(row.transaction_id);
    }
  }
  if (ids.size === 0) return [];
  const rows = db
    .selectFrom('transactions')
    .selectAll()
    .where('id', 'in', [...ids])
    .where('state', 'in', livingStates);
  return (await rows.execute()).map((row) => {
    sealOf(db).require('transactions', row, row.id);
    return toEntry(row);
  });
}
