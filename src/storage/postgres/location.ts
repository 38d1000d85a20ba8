import { CustosError } from '../../core/errors.js';

/** How a connection is protected, with the names of libpq (PostgreSQL documentation, 34.19). */
type SslMode = 'disable' | 'require' | 'verify-ca' | 'verify-full';

/** The parts of a `postgres://` location. */
export interface PostgresUrl {
  /** Name, address, or directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user?: string;
  readonly password?: string;
  readonly sslMode: SslMode;
  /** Paths of PEM files. */
  readonly sslRootCert?: string;
  readonly sslCert?: string;
  readonly sslKey?: string;
  /** Settings of the session, such as `-c search_path=custos`. */
  readonly options?: string;
  /** Host, port and database, which are safe to show. */
  readonly shown: string;
}

const parameters = ['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'options'];
const sslModes: readonly string[] = ['disable', 'require', 'verify-ca', 'verify-full'] satisfies SslMode[];

/**
 * Parses a URL `postgres://[user[:password]@]host[:port]/database[?parameters]` (RFC 3986; names of libpq).
 * @throws CustosError STORE_UNSUPPORTED: it is incomplete or has an unknown parameter; the error repeats no secret
 */
export function parsePostgresUrl(location: string): PostgresUrl {
  // A directory as host is percent-encoded, which URLs of an unknown scheme may contain.
  const url = URL.canParse(location) ? new URL(location) : undefined;
  if (url === undefined || url.hash !== '') throw unsupported('is not complete: postgres://user@host:5432/database');
  const query = url.searchParams;
  for (const name of query.keys()) {
    if (!parameters.includes(name))
      throw unsupported(`has a parameter that is not known; known are ${parameters.join(', ')}`);
  }
  const host = decode(url.hostname.replace(/^\[|\]$/g, '')) || query.get('host') || '';
  const database = decode(url.pathname.slice(1));
  if (host === '' || database === '') throw unsupported('names no host or no database');
  const sslMode = query.get('sslmode') ?? 'disable';
  if (!isSslMode(sslMode)) throw unsupported(`takes as sslmode one of ${sslModes.join(', ')}`);
  const port = url.port === '' ? 5432 : Number(url.port);
  return {
    host,
    port,
    database,
    ...given('user', decode(url.username)),
    ...given('password', decode(url.password)),
    sslMode,
    ...given('sslRootCert', query.get('sslrootcert')),
    ...given('sslCert', query.get('sslcert')),
    ...given('sslKey', query.get('sslkey')),
    ...given('options', query.get('options')),
    shown: `postgres://${url.hostname || host}:${port}/${database}`,
  };
}

function isSslMode(text: string): text is SslMode {
  return sslModes.includes(text);
}

function given<K extends string>(key: K, value: string | null): { [P in K]?: string } {
  const found: { [P in K]?: string } = {};
  if (value !== null && value !== '') found[key] = value;
  return found;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw unsupported('has a percent sign that stands for nothing; write it as %25');
  }
}

function unsupported(what: string): CustosError {
  return new CustosError('STORE_UNSUPPORTED', `the postgres:// location ${what}`);
}
