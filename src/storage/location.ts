import { CustosError } from '../core/errors.js';

/** True for the location of a PostgreSQL database, as opposed to a file path. */
export function isPostgresUrl(location: string): boolean {
  return /^postgres(ql)?:\/\//i.test(location);
}

/**
 * The error names only the kind of URL, because the rest may hold a password.
 * @throws CustosError STORE_UNSUPPORTED: a file path is required
 */
export function refuseUrl(location: string): void {
  if (!/^[a-z][a-z0-9+]*:\/\//i.test(location)) return;
  throw new CustosError('STORE_UNSUPPORTED', `a ${location.split(':')[0]} URL is not a path of a file`);
}

/**
 * The error names only the kind, because the rest may hold a password.
 * @throws CustosError STORE_UNSUPPORTED: the location is another kind of database
 */
export function refuseOtherUrl(location: string): void {
  if (/^[a-z][a-z0-9+]*:\/\//i.test(location)) {
    throw new CustosError('STORE_UNSUPPORTED', `${location.split(':')[0]} databases are not supported`);
  }
}
