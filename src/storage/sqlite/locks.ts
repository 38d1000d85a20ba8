import { open, readFile, writeFile } from 'node:fs/promises';
import { CustosError } from '../../core/errors.js';
import { openSqlite, type SqliteConnection } from './connection.js';
import { databaseError } from './errors.js';

/**
 * Locks a store for its only daemon: an exclusive SQLite lock on a file beside the store. The system releases it when the
 * process ends, for whatever reason.
 * @returns releases the lock
 * @throws CustosError DAEMON_RUNNING
 */
export async function lockForDaemon(store: string): Promise<() => void> {
  const path = `${store}.daemon-lock`;
  let connection: SqliteConnection | undefined;
  try {
    await makeFile(path);
    connection = await openSqlite(path);
    connection.exec('PRAGMA busy_timeout=0; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    connection?.close();
    const known = databaseError(error, path);
    if (!(known instanceof CustosError) || known.code !== 'STORE_BUSY') throw known;
    const pid = await readFile(`${store}.daemon-pid`, 'utf8').catch(() => '');
    const who = /^\d+$/.test(pid) ? ` (process ${pid})` : '';
    throw new CustosError('DAEMON_RUNNING', `another daemon${who} serves ${store}`);
  }
  const held = connection;
  await writeFile(`${store}.daemon-pid`, String(process.pid), { mode: 0o600 });
  return () => held.close();
}

/** SQLite would make it readable for all users. A file that is there is not opened: to close it would give up this process's lock. */
async function makeFile(path: string): Promise<void> {
  try {
    await (await open(path, 'wx', 0o600)).close();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
