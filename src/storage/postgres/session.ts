import type { ConnectionOptions } from 'node:tls';
import type { Client, ClientConfig, CustomTypesConfig, QueryResult } from 'pg';
import { CustosError } from '../../core/errors.js';
import { readNamedFile } from '../../files/named-file.js';
import { refusedAs } from '../../files/refused.js';
import { endsConnection, isAftermath, postgresError } from './errors.js';
import type { PostgresUrl } from './location.js';

/** The result of a query. */
interface PostgresResult {
  /** The server's word for what it did, such as UPDATE, COMMIT or ROLLBACK. */
  readonly command: string;
  /** Number of rows returned or changed. */
  readonly count: number;
  readonly rows: readonly unknown[];
  /** A warning of the server that came meanwhile. */
  readonly warning?: Error;
}

/** One connection, on which queries follow one another. They are sent at once, whether or not the ones before are answered. */
export interface PostgresSession {
  /**
   * @param name - of a statement that the server keeps for this connection: it reads the text once. One text has one name
   * @throws an error of the server with its SQLSTATE: the connection stays usable;
   *   CustosError STORE_UNREACHABLE: the connection is lost, and the outcome of the query is unknown
   */
  query(sql: string, parameters?: readonly unknown[], name?: string): Promise<PostgresResult>;
  /** True when no query on it can succeed any more. */
  readonly lost: boolean;
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly readOnly?: boolean;
  /** Called when another session announces something on a channel that this one listens to. */
  readonly onNotice?: () => void;
  /** Called once when the connection is lost, also while nothing is asked. */
  readonly onLost?: () => void;
}

/** Times in milliseconds. A hanging process must not hold rows forever, and a network that drops packets must not hang a process. */
const CONNECT_LIMIT = 10_000;
/** More than a file with the certificates of every authority that systems trust, in bytes. */
const MOST_PEM = 4 * 1024 * 1024;
const LOCK_LIMIT = 10_000;
const STATEMENT_LIMIT = 60_000;
const ANSWER_LIMIT = 70_000;
const IDLE_LIMIT = 60_000;
const END_LIMIT = 3_000;

/**
 * Kept statements that run before their plans are made again for the first time, and at most. A plan that was made for an empty
 * table reads the whole table, also when it has grown; so plans are made again after twice as many statements each time.
 */
const FIRST_PLANS = 100;
const MOST_PLANS = 10_000;

/** Object ids of types (pg_type) that node-postgres would return as text or as its own kind of bytes. */
const INT8 = 20;
const BYTEA = 17;

/**
 * Connects to a database. Commits of the session are durable, whatever the settings of the database are.
 * @throws CustosError STORE_UNREACHABLE, STORE_BUSY: no connection to spare; STORE_UNSUPPORTED: a certificate file cannot be read
 */
export async function connectPostgres(
  url: PostgresUrl,
  { readOnly = false, onNotice, onLost }: SessionOptions = {},
): Promise<PostgresSession> {
  const ssl = await tlsOptions(url);
  const { default: pg } = await import('pg');
  const client = new pg.Client(clientConfig(url, ssl, readOnly, await typeParsers()));
  const session = new ClientSession(client, url.shown, onLost);
  if (onNotice !== undefined) client.on('notification', () => onNotice());
  try {
    await client.connect();
    return session;
  } catch (error) {
    await session.close();
    throw connectError(error, url.shown);
  }
}

function clientConfig(
  url: PostgresUrl,
  ssl: ConnectionOptions | false,
  readOnly: boolean,
  types: CustomTypesConfig,
): ClientConfig {
  const { host, port, database, user, password, options = '' } = url;
  // Later settings override those of the location, the role and the database.
  const own = `-c synchronous_commit=on -c default_transaction_read_only=${readOnly ? 'on' : 'off'} -c default_transaction_isolation=read\\ committed -c client_min_messages=warning -c bytea_output=hex`;
  return {
    host,
    port,
    database,
    ...(user !== undefined && { user }),
    // A function, because node-postgres would look for a missing password in ~/.pgpass.
    password: () => password ?? '',
    ssl,
    types,
    options: `${options} ${own}`.trim(),
    application_name: 'custos',
    keepAlive: true,
    pipeline: true,
    connectionTimeoutMillis: CONNECT_LIMIT,
    statement_timeout: STATEMENT_LIMIT,
    lock_timeout: LOCK_LIMIT,
    query_timeout: ANSWER_LIMIT,
    idle_in_transaction_session_timeout: IDLE_LIMIT,
  };
}

async function typeParsers(): Promise<CustomTypesConfig> {
  const { default: pg } = await import('pg');
  return {
    getTypeParser(oid: number, format?: 'text' | 'binary') {
      if (oid === INT8) return Number;
      // `\x` and hexadecimal digits, as `clientConfig` asks for; the copy does not keep Node's shared buffer alive.
      if (oid === BYTEA) return (text: string) => new Uint8Array(Buffer.from(text.slice(2), 'hex'));
      return pg.types.getTypeParser(oid, format);
    },
  };
}

async function tlsOptions({ sslMode, sslRootCert, sslCert, sslKey }: PostgresUrl): Promise<ConnectionOptions | false> {
  if (sslMode === 'disable') return false;
  const [ca, cert, key] = await Promise.all([sslRootCert, sslCert, sslKey].map(readPem));
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    // As libpq does: `require` encrypts the connection, but does not check the server's identity.
    rejectUnauthorized: sslMode !== 'require',
    ...(sslMode === 'verify-ca' && { checkServerIdentity: () => undefined }),
  };
}

async function readPem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const { bytes } = await readNamedFile(path, { most: MOST_PEM }).catch(
    refusedAs('STORE_UNSUPPORTED', 'the certificate or key '),
  );
  return bytes.toString('utf8');
}

function connectError(error: unknown, shown: string): CustosError {
  const known = postgresError(error, shown);
  if (known instanceof CustosError) return known;
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return new CustosError('STORE_UNREACHABLE', `${shown} cannot be reached${code}`, { cause: error });
}

class ClientSession implements PostgresSession {
  readonly #client: Client;
  readonly #shown: string;
  readonly #onLost: () => void;
  #lost = false;
  #warning: Error | undefined;
  /** Why the server refused a statement, until it has taken another one. */
  #refusal: unknown;
  #kept = 0;
  #planAgainAt = FIRST_PLANS;

  constructor(client: Client, shown: string, onLost: () => void = () => undefined) {
    this.#client = client;
    this.#shown = shown;
    this.#onLost = onLost;
    // An idle connection that ends emits an error, which would end the process without a listener.
    client.on('error', () => this.#lose());
    client.on('end', () => this.#lose());
    client.on('notice', ({ code, message }) => {
      this.#warning = new Error(`${code}: ${message}`);
    });
  }

  get lost(): boolean {
    return this.#lost;
  }

  async query(sql: string, parameters?: readonly unknown[], name?: string): Promise<PostgresResult> {
    if (this.#lost) throw this.#lostError();
    if (name !== undefined) this.#planAgain();
    try {
      const values = parameters === undefined ? undefined : [...parameters];
      const text = { text: sql, ...(name !== undefined && { name }), ...(values !== undefined && { values }) };
      const before = this.#warning;
      const answer: QueryResult | QueryResult[] = await this.#client.query(text);
      const warning = this.#warning === before ? undefined : this.#warning;
      this.#refusal = undefined;
      // Several statements in one text return one result each.
      const result = Array.isArray(answer) ? answer.at(-1) : answer;
      return {
        command: result?.command ?? '',
        count: result?.rowCount ?? 0,
        rows: result?.rows ?? [],
        ...(warning && { warning }),
      };
    } catch (error) {
      if (!endsConnection(error)) throw this.#reasonOf(error);
      this.#lose();
      throw this.#lostError(error);
    }
  }

  /** Statements that were sent behind a refused one are refused as well, and may be heard of first: theirs is no reason. */
  #reasonOf(error: unknown): unknown {
    if (isAftermath(error)) return this.#refusal ?? error;
    this.#refusal = error;
    return error;
  }

  #planAgain(): void {
    this.#kept += 1;
    if (this.#kept < this.#planAgainAt) return;
    this.#planAgainAt += Math.min(this.#planAgainAt, MOST_PLANS);
    // Where it fails, the transaction has failed before, or the connection: whoever asked hears of that.
    this.#client.query('DISCARD PLANS').catch(() => undefined);
  }

  #lose(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#onLost();
  }

  #lostError(cause?: unknown): CustosError {
    return new CustosError('STORE_UNREACHABLE', `${this.#shown}: the connection to the database was lost`, { cause });
  }

  async close(): Promise<void> {
    this.#lost = true;
    // A server that vanished never answers the goodbye; the system would wait for minutes.
    const late = setTimeout(() => this.#client.connection.stream.destroy(), END_LIMIT);
    await this.#client.end().catch(() => undefined);
    clearTimeout(late);
  }
}
