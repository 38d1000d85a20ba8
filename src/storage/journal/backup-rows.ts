import { isObject, tryJson } from '../../core/json.js';
import { chunks } from '../../core/pages.js';
import { livingStates, type State, unsignedStates } from '../../core/store/journal.js';
import type { JournalRecord, JournalRecords } from '../../core/store/journal-records.js';
import { restoreBudgets } from '../budgets/restore.js';
import type { Database } from '../database.js';
import type { StoreTables } from '../schema.js';
import { spendsIn } from './entries.js';
import { wholeMilliseconds } from './rows.js';
import { JournalSeal, useSeal } from './seal.js';
import { restoreTransactionIds } from './transaction-ids.js';

type Row = StoreTables['transactions'];
type EventRow = StoreTables['transaction_events'];

/** The journal's rows for backups, untouched. */
export function journalRecords(
  database: Database<StoreTables>,
  seal: JournalSeal = new JournalSeal(false),
): JournalRecords {
  return {
    page: (after, limit) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom('transactions')
          .selectAll()
          .where('id', '>', after ?? '')
          .orderBy('id')
          .limit(limit)
          .execute();
        const ids = rows.map(({ id }) => id);
        if (ids.length === 0) return [];
        const events = new Map<string, Omit<EventRow, 'transaction_id' | 'seq' | 'feed'>[]>(ids.map((id) => [id, []]));
        const found = db
          .selectFrom('transaction_events')
          .selectAll()
          .where('transaction_id', 'in', ids)
          .orderBy('place');
        // Places in the feed of events are of this store alone.
        for (const { transaction_id, seq: _seq, feed: _feed, ...event } of await found.execute())
          events.get(transaction_id)?.push(event);
        return rows.map((row) => ({ id: row.id, row: { ...row }, events: events.get(row.id) ?? [] }));
      }),
    add: (records, { adopt = false } = {}) =>
      database.write(async (db) => {
        useSeal(db, seal);
        const own: Own = (table, row, mac) => mac ?? (adopt ? seal.of(table, row) : null);
        for (const part of chunks(records, 100)) {
          await db
            .insertInto('transactions')
            .values(part.map((record) => inWholeTime(tableRow(record, own), seal)))
            .execute();
        }
        for (const part of chunks(
          records.flatMap((record) => eventRows(record, own)),
          500,
        )) {
          await db.insertInto('transaction_events').values(part).execute();
        }
        const taken = records.flatMap(takenIds).map((row) => ({ ...row, mac: seal.of('transaction_ids', row) }));
        await restoreTransactionIds(db, taken);
        for (const part of chunks(
          records.flatMap((record) => spentOutputs(record, seal)),
          500,
        )) {
          const insert = db.insertInto('reservations').values(part);
          // Before format 2, two transactions with the same output could both be retried: one reservation protects it for both.
          await insert.onConflict((conflict) => conflict.doNothing()).execute();
        }
        await restoreBudgets(db, records);
      }),
  };
}

/** The MAC of a row, or a new one for a row from before journals had MACs. */
type Own = (table: keyof StoreTables, row: object, mac: string | null | undefined) => string | null;

function tableRow({ row, events }: JournalRecord, own: Own): Row {
  const whole = { ...row, events: row['events'] ?? events.length } as Row;
  return { ...whole, mac: own('transactions', whole, whole.mac) };
}

/** Earlier versions wrote fractions of milliseconds into files. A row that was changed before the backup keeps a MAC that shows it. */
function inWholeTime(row: Row, seal: JournalSeal): Row {
  const whole = { ...row, next_attempt_at: wholeMilliseconds(row.next_attempt_at) };
  if (whole.next_attempt_at === row.next_attempt_at) return row;
  return seal.isOpen && seal.isSound('transactions', row) ? { ...whole, mac: seal.of('transactions', whole) } : whole;
}

function eventRows({ id, events }: JournalRecord, own: Own): EventRow[] {
  return events.map(({ place, at, event, fact, mac }) => {
    const line = { transaction_id: id, place, at, event, fact, seq: null, feed: null };
    return { ...line, mac: own('transaction_events', line, mac) };
  });
}

/** The ids of all bytes ever recorded for it, except those that went to another transaction. */
function takenIds(record: JournalRecord): Omit<StoreTables['transaction_ids'], 'mac'>[] {
  const { id, chain, network, tx_id: own } = record.row as Row;
  const taken = new Set<string>();
  for (const { event, fact } of record.events) {
    const txId = storyEvents.has(event) ? txIdIn(fact) : undefined;
    if (txId === undefined) continue;
    if (event === 'given over') taken.delete(txId);
    else taken.add(txId);
  }
  if (own !== null) taken.add(own);
  return [...taken].map((tx_id) => ({ chain, network, tx_id, transaction_id: id }));
}

/** Events that contain bytes. */
const storyEvents: ReadonlySet<string> = new Set(['signed', 'expired', 'given over']);

function txIdIn(fact: string): string | undefined {
  // As below: one damaged story must not prevent the rest of the restore.
  const value = tryJson(fact);
  const txId = isObject(value) ? value['txId'] : undefined;
  return typeof txId === 'string' ? txId : undefined;
}

/**
 * The outputs of signed transactions and of requests that came with them, which no later one may spend. The rows have the nonces
 * of signed transactions.
 */
function spentOutputs(record: JournalRecord, seal: JournalSeal): StoreTables['reservations'][] {
  const { id, chain, network, state } = record.row as Row;
  const is = (one: State) => one === state;
  const source = livingStates.some(is) ? 'filled' : unsignedStates.some(is) ? 'accepted' : undefined;
  const line = record.events.findLast(({ event }) => event === source);
  if (line === undefined) return [];
  return readableSpends(id, line.fact).map((resource) => {
    const row = { chain, network, sender: '', resource, transaction_id: id };
    return { ...row, mac: seal.of('reservations', row) };
  });
}

/** A story that was damaged before the backup must not prevent the restore of all wallets. */
function readableSpends(id: string, fact: string): readonly string[] {
  try {
    return spendsIn(id, fact);
  } catch {
    return [];
  }
}
