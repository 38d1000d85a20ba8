import type { Kysely } from 'kysely';
import { CustosError } from '../../core/errors.js';
import type { QueuedWork } from '../group-commit.js';
import type { SqliteConnection } from './connection.js';
import { databaseError } from './errors.js';

/** How long a second writer waits for the first, in milliseconds. */
const BUSY_LIMIT = 10_000;

/** The one connection that writes. */
export interface Writer<T> {
  readonly connection: SqliteConnection;
  readonly database: Kysely<T>;
}

/** Reports to the caller that the work is durable. */
type Tell = () => void;

/** Runs units of work in one transaction. */
export async function commitGroup<T>(group: readonly QueuedWork<T>[], writer: Writer<T>): Promise<void> {
  const { connection } = writer;
  const done: Tell[] = [];
  try {
    await begin(connection);
    // Work seldom fails, and a savepoint costs as much as a small unit of work: they are set only after one has failed.
    done.push(...((await runAll(group, writer)) ?? (await runEach(group, writer))));
    connection.exec('COMMIT');
  } catch (error) {
    tryStatement(connection, 'ROLLBACK');
    // `reject` does nothing for work that was already rejected.
    for (const work of group) work.reject(databaseError(error));
    return;
  }
  for (const tell of done) tell();
}

/** @returns undefined if one failed: then all are undone, and a new transaction is open */
async function runAll<T>(
  group: readonly QueuedWork<T>[],
  { connection, database }: Writer<T>,
): Promise<Tell[] | undefined> {
  const done: Tell[] = [];
  try {
    for (const work of group) done.push(await work.run(database));
    return done;
  } catch {
    tryStatement(connection, 'ROLLBACK');
    await begin(connection);
    return undefined;
  }
}

async function runEach<T>(group: readonly QueuedWork<T>[], writer: Writer<T>): Promise<Tell[]> {
  const done: Tell[] = [];
  for (const work of group) {
    const tell = await runOne(work, writer);
    if (tell !== undefined) done.push(tell);
  }
  return done;
}

async function runOne<T>(work: QueuedWork<T>, { connection, database }: Writer<T>): Promise<Tell | undefined> {
  connection.exec('SAVEPOINT work');
  try {
    const tell = await work.run(database);
    connection.exec('RELEASE work');
    return tell;
  } catch (error) {
    // SQLite may have ended the whole transaction by itself (disk full): then all work is undone, for this reason.
    if (!tryStatement(connection, 'ROLLBACK TO work; RELEASE work')) throw error;
    work.reject(databaseError(error));
    return undefined;
  }
}

async function begin(connection: SqliteConnection): Promise<void> {
  const start = Date.now();
  for (;;) {
    try {
      connection.exec('BEGIN IMMEDIATE');
      return;
    } catch (error) {
      const known = databaseError(error);
      const busy = known instanceof CustosError && known.code === 'STORE_BUSY';
      if (!busy || Date.now() - start > BUSY_LIMIT) throw known;
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
    }
  }
}

/** @returns false if SQLite refuses, for example a rollback that it has already done by itself */
export function tryStatement(connection: SqliteConnection, sql: string): boolean {
  try {
    connection.exec(sql);
    return true;
  } catch {
    return false;
  }
}
