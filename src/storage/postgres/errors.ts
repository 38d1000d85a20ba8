import { CustosError, type ErrorCode } from '../../core/errors.js';

/** SQLSTATE codes and classes (PostgreSQL documentation, appendix A) that mean something to an operator. */
const states: readonly (readonly [string, ErrorCode, string])[] = [
  ['08', 'STORE_UNREACHABLE', 'the connection to the database failed'],
  ['23505', 'STATE_CONFLICT', 'the store has such a row already'],
  ['25006', 'STORE_READ_ONLY', 'the database takes no changes here'],
  ['28', 'STORE_UNREACHABLE', 'the database does not accept this user or password'],
  ['3D000', 'STORE_UNREACHABLE', 'there is no such database'],
  ['40', 'STORE_BUSY', 'other processes changed the same rows at the same time'],
  ['42501', 'STORE_READ_ONLY', 'the database user may not do this'],
  // A statement that does not fit the tables: all statements are fixed, so the tables have been changed.
  ['42', 'STORE_DAMAGED', 'the database does not have the tables of a wallet store'],
  ['53300', 'STORE_BUSY', 'the database has no connection to spare'],
  ['53', 'STORE_FULL', 'the database has no space or memory left'],
  ['55P03', 'STORE_BUSY', 'another process holds what is to be written'],
  ['57014', 'STORE_BUSY', 'the database did not answer in time'],
  ['57', 'STORE_UNREACHABLE', 'the database is shutting down or starting'],
  ['58', 'STORE_FULL', 'the database could not write or read its files'],
  ['XX001', 'STORE_DAMAGED', 'the database found damaged data'],
  ['XX002', 'STORE_DAMAGED', 'the database found a damaged index'],
];

/** Translates an error of PostgreSQL into an error of the store; returns any other error unchanged. */
export function postgresError(error: unknown, shown: string): unknown {
  if (!(error instanceof Error) || error instanceof CustosError) return error;
  const state = sqlState(error);
  const known = states.find(([start]) => state?.startsWith(start));
  if (known === undefined) return error;
  return new CustosError(known[1], `${shown}: ${known[2]}`, { cause: error });
}

/** The SQLSTATE of an error that the server answered with; undefined for every other error. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return 'severity' in error && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

/** True if the connection cannot be used any more: the server ended it with its answer, or keeps statements that are of no use now. */
export function endsConnection(error: unknown): boolean {
  const state = sqlState(error);
  if (state === undefined || isOutdatedStatement(error)) return true;
  return /^(08|57P0[1-5])/.test(state) || (error instanceof Error && 'severity' in error && error.severity === 'FATAL');
}

/** A statement that the server keeps reads a table that has other columns now, since another version of Custos migrated the store. */
function isOutdatedStatement(error: unknown): boolean {
  return error instanceof Error && 'routine' in error && error.routine === 'RevalidateCachedQuery';
}

/** True for a serialization failure or a deadlock: the same work may succeed if it is repeated. */
export function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

/** True where the server refuses a statement only because it has refused an earlier one of the same transaction. */
export function isAftermath(error: unknown): boolean {
  return sqlState(error) === '25P02';
}
