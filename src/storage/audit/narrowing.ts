import type { Kysely } from 'kysely';
import type { AuditCode, AuditEvent, AuditRecord } from '../../core/audit/events.js';
import { CustosError } from '../../core/errors.js';
import type { Database } from '../database.js';
import type { StoreTables } from '../schema.js';

type Listener = (codes: readonly AuditCode[]) => void;
type Work<R> = (db: Kysely<StoreTables>, record: AuditRecord) => Promise<R>;

const listeners = new WeakMap<object, readonly Listener[]>();

/** Calls `listener` with the codes of events that the log did not take. */
export function onUnrecorded(database: Database<StoreTables>, listener: Listener): void {
  listeners.set(database, [...(listeners.get(database) ?? []), listener]);
}

/**
 * Does what only stops signing or narrows it. A broken audit log stops all signing, and must not keep anybody from stopping more:
 * where it takes no event, this is done without one.
 * @throws CustosError as `Database.write`, but not AUDIT_BROKEN
 */
export async function writeNarrowing<R>(database: Database<StoreTables>, work: Work<R>): Promise<R> {
  try {
    return await database.write(work);
  } catch (error) {
    if (!(error instanceof CustosError) || error.code !== 'AUDIT_BROKEN') throw error;
    return writeUnrecorded(database, work);
  }
}

async function writeUnrecorded<R>(database: Database<StoreTables>, work: Work<R>): Promise<R> {
  let lost: AuditEvent[] = [];
  // Work may be run again, and then only the last run counts.
  const unrecorded = (db: Kysely<StoreTables>) => {
    lost = [];
    return work(db, (event) => void lost.push(event));
  };
  const result = await database.write(unrecorded, { alone: true });
  const codes = lost.map(({ code }) => code);
  if (codes.length > 0) for (const listener of listeners.get(database) ?? []) listener(codes);
  return result;
}
