import { sqlState } from './postgres/errors.js';
import { isSqliteConflict } from './sqlite/errors.js';

/** True for a violated uniqueness or primary key, on whatever database (SQLSTATE 23505, SQLite's result code 19). */
export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === '23505' || isSqliteConflict(error);
}
