import { CustosError } from '../core/errors.js';
import { connectPostgres, type PostgresSession } from './postgres-session.js';
import type { PostgresUrl } from './postgres-url.js';

/** One connection that is made when it is first asked for, and made again after it was lost. */
export class PostgresConnection {
  readonly #url: PostgresUrl;
  readonly #readOnly: boolean;
  #current: PostgresSession | undefined;

  constructor(url: PostgresUrl, options: { readonly readOnly?: boolean } = {}) {
    this.#url = url;
    this.#readOnly = options.readOnly ?? false;
  }

  /** @throws CustosError STORE_UNREACHABLE, STORE_BUSY, STORE_UNSUPPORTED */
  async session(): Promise<PostgresSession> {
    if (this.#current !== undefined && !this.#current.lost) return this.#current;
    await this.close();
    this.#current = await connectPostgres(this.#url, { readOnly: this.#readOnly });
    return this.#current;
  }

  /** The connection as it is, lost or not. @throws CustosError STORE_UNREACHABLE: there is none */
  current(): PostgresSession {
    if (this.#current === undefined) throw new CustosError('STORE_UNREACHABLE', 'the store is closed');
    return this.#current;
  }

  async close(): Promise<void> {
    const session = this.#current;
    this.#current = undefined;
    await session?.close();
  }
}
