import { isPrivateHost } from '../../cloud/urls.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import { type Log, tell } from '../../core/log.js';
import { isPostgresUrl } from '../../storage/location.js';
import { parsePostgresUrl } from '../../storage/postgres/location.js';
import type { Config } from '../config/config.js';

/**
 * The location of the store, after a check: a file, or a database with a secure connection. On mainnet the connection to a host
 * that is neither this machine nor a private one must be encrypted, and the host must prove its name.
 * @returns the location with any secret in it; `shownValue` makes it safe to show
 * @throws CustosError URL_INSECURE, STORE_UNSUPPORTED, CONFIG_INVALID
 */
export function storeLocation({ store, network }: Pick<Config, 'store' | 'network'>): string {
  if (store === '')
    throw new CustosError('CONFIG_INVALID', 'no home directory is known; set HOME, or name the store with --store');
  checkDatabaseUrl(store, network);
  return store;
}

/** As `storeLocation`, for any location of a database. @throws CustosError URL_INSECURE, STORE_UNSUPPORTED */
export function checkDatabaseUrl(location: string, network: Network): void {
  if (!isPostgresUrl(location)) return;
  const { host, sslMode } = parsePostgresUrl(location);
  const isGuarded = sslMode === 'verify-ca' || sslMode === 'verify-full';
  // A path is the directory of a socket on this machine.
  if (network !== 'mainnet' || isGuarded || host.startsWith('/') || isPrivateHost(host)) return;
  throw new CustosError('URL_INSECURE', `the database of host ${host} is not reached by sslmode=verify-full`);
}

/** Warns if the password of a database was given as a flag, which other programs of this machine can see. */
export function warnOfPassword({ onCommandLine }: Pick<Config, 'onCommandLine'>, log: Log): void {
  if (!onCommandLine.locations.some(hasPassword)) return;
  tell(log, 'password-on-command-line');
}

function hasPassword(location: string): boolean {
  return isPostgresUrl(location) && URL.canParse(location) && new URL(location).password !== '';
}
