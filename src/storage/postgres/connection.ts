import { CustosError } from '../../core/errors.js';
import type { PostgresUrl } from './location.js';
import { connectPostgres, type PostgresSession } from './session.js';

/** What a connection needs before it serves. */
export type Prepare = (session: PostgresSession) => Promise<void>;

/** One connection that is made at its first use, and made again after it was lost. */
export class PostgresConnection {
  readonly #url: PostgresUrl;
  readonly #readOnly: boolean;
  readonly #admit: Prepare;
  #current: PostgresSession | undefined;
  #closed = false;
  #prepare: Prepare = async () => undefined;

  /** @param options - `admit` checks each connection first of all */
  constructor(url: PostgresUrl, options: { readonly admit: Prepare; readonly readOnly?: boolean }) {
    this.#url = url;
    this.#admit = options.admit;
    this.#readOnly = options.readOnly ?? false;
  }

  /** @throws CustosError STORE_UNREACHABLE (also: closed), STORE_BUSY, STORE_UNSUPPORTED, STORE_OLDER */
  async session(): Promise<PostgresSession> {
    if (this.#closed) throw closedError();
    if (this.#current !== undefined && !this.#current.lost) return this.#current;
    await this.#drop();
    const session = await this.#connect();
    if (!this.#closed) {
      this.#current = session;
      return session;
    }
    await session.close();
    throw closedError();
  }

  /** Prepares this connection now, and each replacement before its first use. */
  async onConnect(prepare: Prepare): Promise<void> {
    await prepare(await this.session());
    this.#prepare = prepare;
  }

  /** The connection as it is, lost or not. @throws CustosError STORE_UNREACHABLE: there is none */
  current(): PostgresSession {
    if (this.#current === undefined) throw closedError();
    return this.#current;
  }

  /** Ends the connection for good. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#drop();
  }

  async #connect(): Promise<PostgresSession> {
    const session = await connectPostgres(this.#url, { readOnly: this.#readOnly });
    try {
      await this.#admit(session);
      await this.#prepare(session);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async #drop(): Promise<void> {
    const session = this.#current;
    this.#current = undefined;
    await session?.close();
  }
}

function closedError(): CustosError {
  return new CustosError('STORE_UNREACHABLE', 'the store is closed');
}
