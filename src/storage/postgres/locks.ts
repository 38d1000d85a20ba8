import { CustosError } from '../../core/errors.js';
import { GENERATION_KEY, parseGeneration, rekeyed } from '../root-generation.js';
import type { StoreTables } from '../schema.js';
import type { StoreIdentity } from '../store-format.js';
import type { PostgresDatabase } from './database.js';
import type { PostgresSession } from './session.js';

/** First half of the lock's name: the letters CUSR. The second half depends on the store, because a database may hold several. */
const REKEY_LOCK = 0x43555352;

/** Locks on a store: daemons share it, and the replacement of its root key needs it alone. */
export interface RekeyLocks {
  /** @throws CustosError STORE_BUSY: its root key is being replaced; STORE_REKEYED: it was */
  shared(): Promise<void>;
  /** @throws CustosError DAEMON_RUNNING */
  alone(): Promise<void>;
}

/**
 * PostgreSQL locks that end with the connection that writes. A daemon that has lost its connection takes the lock again on
 * the next one, and then checks whether its keys are still those of the store.
 */
export function rekeyLocks(
  database: PostgresDatabase<StoreTables>,
  { storeId, generation }: StoreIdentity,
): RekeyLocks {
  const name = `${REKEY_LOCK}, ${Buffer.from(storeId, 'hex').readInt32BE()}`;
  const take = async (session: PostgresSession, lock: string): Promise<boolean> => {
    const { rows } = await session.query(`SELECT ${lock}(${name}) AS taken`);
    return isTaken(rows[0]);
  };
  const requireRoot = async (session: PostgresSession) => {
    const { rows } = await session.query(`SELECT value FROM meta WHERE key = '${GENERATION_KEY}'`);
    if (parseGeneration(valueIn(rows[0])) !== generation) throw rekeyed();
  };
  return {
    shared: () =>
      database.onConnect(async (session) => {
        if (!(await take(session, 'pg_try_advisory_lock_shared'))) {
          throw new CustosError('STORE_BUSY', 'the root key of the store is being replaced');
        }
        await requireRoot(session);
      }),
    alone: () =>
      database.onConnect(async (session) => {
        if (await take(session, 'pg_try_advisory_lock')) return;
        throw new CustosError('DAEMON_RUNNING', 'a daemon uses the store, on this machine or another one');
      }),
  };
}

function isTaken(row: unknown): boolean {
  return typeof row === 'object' && row !== null && 'taken' in row && row.taken === true;
}

function valueIn(row: unknown): string | undefined {
  const isText = typeof row === 'object' && row !== null && 'value' in row && typeof row.value === 'string';
  return isText ? String(row.value) : undefined;
}
