import type { Kysely } from 'kysely';
import { CustosError } from '../../core/errors.js';
import type { RecordAll } from '../database.js';
import type { DoneWork, QueuedWork } from '../group-commit.js';
import { isTransient, postgresError } from './errors.js';
import type { PostgresSession } from './session.js';

/** How often a unit of work is tried when other processes keep interfering. */
const ATTEMPTS = 6;
/** How long a unit of work waits for a database that is restarting, in milliseconds. */
export const RECONNECT_LIMIT = 10_000;

/** The one connection that writes. */
export interface Writer<T> {
  /** Connects again if the connection is lost. @throws CustosError STORE_UNREACHABLE, STORE_BUSY */
  connect(): Promise<PostgresSession>;
  readonly database: Kysely<T>;
  readonly recordAll?: RecordAll<T> | undefined;
  /** Host and database, for messages. */
  readonly shown: string;
}

/** A unit of work that is done and waits for the commit. */
interface Done<T> extends DoneWork {
  readonly work: QueuedWork<T>;
}

/** Runs units of work in one transaction; repeats for a while what others interfered with or a lost connection undid. */
export async function commitGroup<T>(group: readonly QueuedWork<T>[], writer: Writer<T>): Promise<void> {
  const start = performance.now();
  let left: readonly QueuedWork<T>[] = [...group.filter(({ last }) => !last), ...group.filter(({ last }) => last)];
  for (let attempt = 1; left.length > 0; attempt++) {
    const { again, reason } = await attemptGroup(left, writer);
    const lost = isUnreachable(reason);
    if (again.length > 0 && (lost ? performance.now() - start > RECONNECT_LIMIT : attempt >= ATTEMPTS)) {
      for (const work of again) work.reject(postgresError(reason, writer.shown));
      return;
    }
    left = again;
    if (left.length > 0) await pause(lost ? 200 : 10 * attempt);
  }
}

/** Units of work that were undone, and why. */
interface Outcome<T> {
  readonly again: readonly QueuedWork<T>[];
  readonly reason?: unknown;
}

async function attemptGroup<T>(group: readonly QueuedWork<T>[], writer: Writer<T>): Promise<Outcome<T>> {
  const rejected = new Set<QueuedWork<T>>();
  let session: PostgresSession | undefined;
  let found: Run<T>;
  try {
    session = await writer.connect();
    await session.query('BEGIN');
    // Work seldom fails, and a savepoint takes as many round trips as the work itself: they are set only after one has failed.
    found = (await runAll(group, session, writer)) ?? (await runEach(group, { session, writer, rejected }));
  } catch (error) {
    // Nothing was committed. The server rolls back by itself if the connection is lost; otherwise it needs the command.
    await session?.query('ROLLBACK').catch(() => undefined);
    // Work that was already rejected must not be done after all.
    return { again: group.filter((work) => !rejected.has(work)), reason: error };
  }
  const { done, again, reason } = found;
  const undone = await commit(done, session, writer);
  return undone === undefined ? { again, reason } : { again: [...undone.again, ...again], reason: undone.reason };
}

/** Units of work that wait for the commit, and those that were undone. */
interface Run<T> extends Outcome<T> {
  readonly done: readonly Done<T>[];
}

/**
 * @returns undefined if one failed: then all are undone, and a new transaction is open
 * @throws CustosError STORE_UNREACHABLE: the connection is lost
 */
async function runAll<T>(
  group: readonly QueuedWork<T>[],
  session: PostgresSession,
  { database }: Writer<T>,
): Promise<Run<T> | undefined> {
  const done: Done<T>[] = [];
  try {
    for (const work of group) done.push({ ...(await work.run(database)), work });
    return { done, again: [] };
  } catch {
    await session.query('ROLLBACK');
    await session.query('BEGIN');
    return undefined;
  }
}

/** Where units of work run one by one, and those that were rejected. */
interface Running<T> {
  readonly session: PostgresSession;
  readonly writer: Writer<T>;
  readonly rejected: Set<QueuedWork<T>>;
}

/** @throws CustosError STORE_UNREACHABLE: the connection is lost */
async function runEach<T>(group: readonly QueuedWork<T>[], running: Running<T>): Promise<Run<T>> {
  const done: Done<T>[] = [];
  const again: QueuedWork<T>[] = [];
  let reason: unknown;
  for (const work of group) {
    const result = await runOne(work, running);
    if (result.kind === 'done') done.push({ ...result.done, work });
    if (result.kind === 'again') {
      again.push(work);
      reason = result.reason;
    }
  }
  return { done, again, reason };
}

type Result =
  | { readonly kind: 'done'; readonly done: DoneWork }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'again'; readonly reason: unknown };

/** @throws CustosError STORE_UNREACHABLE: the connection is lost */
async function runOne<T>(work: QueuedWork<T>, { session, writer, rejected }: Running<T>): Promise<Result> {
  await session.query('SAVEPOINT work');
  try {
    const done = await work.run(writer.database);
    await session.query('RELEASE SAVEPOINT work');
    return { kind: 'done', done };
  } catch (error) {
    // Fails if the connection is lost, even if the work has caught that error.
    await session.query('ROLLBACK TO SAVEPOINT work; RELEASE SAVEPOINT work');
    if (isTransient(error)) return { kind: 'again', reason: error };
    work.reject(postgresError(error, writer.shown));
    rejected.add(work);
    return { kind: 'rejected' };
  }
}

async function commit<T>(
  done: readonly Done<T>[],
  session: PostgresSession,
  { shown, database, recordAll }: Writer<T>,
): Promise<Outcome<T> | undefined> {
  let recorded: (() => void) | undefined;
  try {
    recorded = await recordAll?.(
      database,
      done.flatMap(({ events }) => events),
    );
  } catch (error) {
    await session.query('ROLLBACK').catch(() => undefined);
    if (isUnreachable(error) || isTransient(error)) return { again: done.map(({ work }) => work), reason: error };
    for (const { work } of done) work.reject(postgresError(error, shown));
    return undefined;
  }
  try {
    const { command, warning } = await session.query('COMMIT');
    // The server answers ROLLBACK if it has undone everything instead.
    if (String(command) !== 'COMMIT') throw new CustosError('INTERNAL', `${shown}: the transaction was not committed`);
    if (warning !== undefined) throw unreplicated(shown, warning);
  } catch (error) {
    if (!session.lost && isTransient(error)) return { again: done.map(({ work }) => work), reason: error };
    const reason = session.lost ? unknownFate(shown, error) : postgresError(error, shown);
    for (const { work } of done) work.reject(reason);
    return undefined;
  }
  recorded?.();
  for (const work of done) work.tell();
  return undefined;
}

function unknownFate(shown: string, cause: unknown): CustosError {
  const text = `${shown}: the connection was lost while the database committed; the change is made as a whole or not at all`;
  return new CustosError('COMMIT_UNKNOWN', text, { cause });
}

/** The server stops to wait for its standby when it is asked to, or after the time of a statement, and answers COMMIT with a warning. */
function unreplicated(shown: string, cause: Error): CustosError {
  const text = `${shown}: the database committed with a warning, so no standby may have the change (${cause.message})`;
  return new CustosError('COMMIT_UNKNOWN', text, { cause });
}

/** True when the database could not be reached or went away. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof CustosError && error.code === 'STORE_UNREACHABLE';
}

/** Waits for `time` and up to as long again, at random, so that processes do not collide again. @param time - in milliseconds */
export function pause(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time * (1 + Math.random())));
}
