import { CustosError } from '../core/errors.js';

/** True for the location of a PostgreSQL database, as opposed to a file path. */
export function isPostgresUrl(location: string): boolean {
  return /^postgres(ql)?:\/\//i.test(location);
}

/** @throws CustosError STORE_UNSUPPORTED: a file path is wanted; only the kind of URL is named, for the rest may hold a password */
export function refuseUrl(location: string): void {
  if (!/^[a-z][a-z0-9+]*:\/\//i.test(location)) return;
  throw new CustosError('STORE_UNSUPPORTED', `a ${location.split(':')[0]} URL is no path of a file`);
}

/** @throws CustosError STORE_UNSUPPORTED: the location is that of another kind of database; only the kind is named, for the rest may hold a password */
export function refuseOtherUrl(location: string): void {
  if (/^[a-z][a-z0-9+]*:\/\//i.test(location)) {
    throw new CustosError('STORE_UNSUPPORTED', `${location.split(':')[0]} databases are not supported`);
  }
}
