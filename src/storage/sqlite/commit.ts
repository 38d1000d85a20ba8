import type { Kysely } from 'kysely';
import { asCustosError, CustosError } from '../../core/errors.js';
import type { RecordAll } from '../database.js';
import { callersOf, type DoneWork, type QueuedWork } from '../group-commit.js';
import type { SqliteConnection } from './connection.js';
import { databaseError } from './errors.js';
import type { Flush } from './flush.js';

/** How long a second writer waits for the first, in milliseconds. */
const BUSY_LIMIT = 10_000;

/** The one connection that writes. */
export interface Writer<T> {
  readonly connection: SqliteConnection;
  readonly database: Kysely<T>;
  readonly recordAll?: RecordAll<T> | undefined;
  readonly flush: Flush | undefined;
  /** As `GroupCommit` says it. */
  readonly isBusy: boolean;
}

/** Runs units of work in one transaction. */
export async function commitGroup<T>(group: readonly QueuedWork<T>[], writer: Writer<T>): Promise<void> {
  const { connection, database, recordAll, flush, isBusy } = writer;
  const done: DoneWork[] = [];
  let recorded: (() => void) | undefined;
  try {
    await begin(connection);
    // Work seldom fails, and a savepoint costs as much as a small unit of work: they are set only after one has failed.
    done.push(...((await runAll(group, writer)) ?? (await runEach(group, writer))));
    recorded = await recordAll?.(
      database,
      done.flatMap(({ events }) => events),
    );
    connection.exec('COMMIT');
    const settled = flush?.settled({ isAlone: !isBusy && callersOf(group) === 1 });
    if (settled !== undefined) await settled.catch(throwUnknown);
  } catch (error) {
    tryStatement(connection, 'ROLLBACK');
    // `reject` does nothing for work that was already rejected.
    for (const work of group) work.reject(databaseError(error));
    return;
  }
  recorded?.();
  for (const work of done) work.tell();
}

/** The commit stands in the log, and the disk may have it or not. */
function throwUnknown(cause: unknown): never {
  const text = `${asCustosError(cause).message}; the change is made as a whole or not at all`;
  throw new CustosError('COMMIT_UNKNOWN', text, { cause });
}

/** @returns undefined if one failed: then all are undone, and a new transaction is open */
async function runAll<T>(
  group: readonly QueuedWork<T>[],
  { connection, database }: Writer<T>,
): Promise<DoneWork[] | undefined> {
  const done: DoneWork[] = [];
  try {
    for (const work of group) done.push(await work.run(database));
    return done;
  } catch {
    tryStatement(connection, 'ROLLBACK');
    await begin(connection);
    return undefined;
  }
}

async function runEach<T>(group: readonly QueuedWork<T>[], writer: Writer<T>): Promise<DoneWork[]> {
  const done: DoneWork[] = [];
  for (const work of group) done.push(await runOne(work, writer));
  return done;
}

async function runOne<T>(work: QueuedWork<T>, { connection, database }: Writer<T>): Promise<DoneWork> {
  connection.exec('SAVEPOINT work');
  try {
    const done = await work.run(database);
    connection.exec('RELEASE work');
    return done;
  } catch (error) {
    // SQLite may have ended the whole transaction by itself (disk full): then all work is undone, for this reason.
    if (!tryStatement(connection, 'ROLLBACK TO work; RELEASE work')) throw error;
    // What it saw is told when it is durable.
    return { events: [], tell: () => work.reject(databaseError(error)) };
  }
}

async function begin(connection: SqliteConnection): Promise<void> {
  const start = performance.now();
  for (;;) {
    try {
      connection.exec('BEGIN IMMEDIATE');
      return;
    } catch (error) {
      const known = databaseError(error);
      const busy = known instanceof CustosError && known.code === 'STORE_BUSY';
      if (!busy || performance.now() - start > BUSY_LIMIT) throw known;
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
