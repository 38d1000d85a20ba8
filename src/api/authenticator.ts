import { readToken } from '../core/access/token.js';
import { isSecretOf, parseToken } from '../core/access/token-text.js';
import type { Clock } from '../core/clock.js';
import { asCustosError, CustosError } from '../core/errors.js';
import type { TenantId } from '../core/ids.js';
import { type Log, tell } from '../core/log.js';
import type { KnownOwner } from '../core/signing/lookup.js';
import type { AccessTable } from '../core/store/access.js';
import type { JournalMac } from '../core/store/journal-mac.js';
import { networkCheck } from '../http/networks.js';
import { SeenHeaders } from './answering/seen-headers.js';
import type { Caller } from './caller.js';
import { Bucket } from './rate.js';

/** The other end of a connection. */
export interface Origin {
  readonly address?: string | undefined;
  /** The fingerprint of a client's certificate. */
  certificate?(): string | undefined;
  /** Counts the request for a tenant. @returns false where the tenant has its share of the server already. Absent: nobody else is kept out */
  take?(tenant: TenantId): boolean;
}

export interface AuthenticatorParts {
  readonly access: Pick<AccessTable, 'token' | 'used'>;
  /** Of the journal. */
  readonly mac: JournalMac;
  readonly clock: Clock;
  readonly log: Log;
  /** The id of the token that each certificate stands for, by its fingerprint: 64 lower-case digits. */
  readonly certificates?: ReadonlyMap<string, string>;
  /** Whom the tags of a token that is bound to owners stand for. */
  ownersOf(tenant: TenantId, tags: readonly string[]): Promise<readonly KnownOwner[]>;
}

/** For so many milliseconds what was read of a token is believed: a revocation elsewhere counts from then on. */
const FRESH = 1000;
/** Tokens that are remembered. */
const MOST = 10_000;
/** Milliseconds between two writes of when tokens were used. */
const USE_PERIOD = 60_000;

interface Known {
  readonly token: Caller;
  readonly hash: string;
  isFrom(address: string | undefined): boolean;
  readonly bucket: Bucket;
  readAt: number;
  /** The token with the address that sent it last. */
  caller: Caller;
}

/** Verifies tokens, and keeps each to its rate. */
export class Authenticator {
  readonly #parts: AuthenticatorParts;
  readonly #known = new Map<string, Known>();
  readonly #headers = new SeenHeaders();
  readonly #used = new Map<string, number>();
  #noted = performance.now();

  constructor(parts: AuthenticatorParts) {
    this.#parts = parts;
  }

  /**
   * Who sends a token, or nothing but has a certificate that stands for one.
   * @param header - the value of `Authorization`
   * @param origin - the other end of the connection
   * @throws CustosError TOKEN_MISSING, TOKEN_INVALID, RATE_LIMITED, STORE_*
   */
  async authenticate(header: string | undefined, origin: Origin): Promise<Caller> {
    if (header === undefined) return this.#certified(origin);
    const name = this.#headers.nameOf(header);
    const seen = this.#headers.get(name);
    const again = seen && (await this.#find(seen.id));
    // Both hashes come from the store: nobody can try to come near one of them.
    if (again !== undefined && again.hash === seen?.hash) return this.#admitted(again, origin);
    const text = /^Bearer +([\x21-\x7e]+) *$/i.exec(header)?.[1];
    if (text === undefined) throw new CustosError('TOKEN_MISSING', 'the request has no token');
    const parsed = parseToken(text);
    const known = parsed && (await this.#find(parsed.id));
    const isRight = isSecretOf(parsed, known?.hash);
    if (known === undefined || !isRight) throw this.#refused('unknown', parsed?.id);
    this.#headers.set(name, { id: known.token.id, hash: known.hash });
    return this.#admitted(known, origin);
  }

  /**
   * As `authenticate`, at once, with the address.
   * @returns undefined where it has to be looked up; nothing is counted then
   * @throws CustosError TOKEN_INVALID, RATE_LIMITED
   */
  known(header: string, origin: Origin): Caller | undefined {
    const { address } = origin;
    const seen = this.#headers.get(this.#headers.nameOf(header));
    const found = seen && this.#known.get(seen.id);
    if (found === undefined || found.hash !== seen?.hash || performance.now() - found.readAt >= FRESH) return undefined;
    const token = this.#admitted(found, origin);
    if (address !== undefined && found.caller.address !== address) found.caller = { ...token, address };
    return address === undefined ? token : found.caller;
  }

  /** The handshake of TLS proved that the client has the key of its certificate. */
  async #certified(origin: Origin): Promise<Caller> {
    const shown = origin.certificate?.();
    const id = shown && this.#parts.certificates?.get(shown);
    if (id === undefined) {
      if (shown !== undefined) tell(this.#parts.log, 'certificate-unknown', { fingerprint: shown });
      throw new CustosError('TOKEN_MISSING', 'the request has no token');
    }
    const known = await this.#find(id);
    if (known === undefined) throw this.#refused('unknown', id);
    return this.#admitted(known, origin);
  }

  #admitted(known: Known, origin: Origin): Caller {
    const { token, bucket } = known;
    const now = this.#parts.clock.now();
    this.#requireLife(token, now);
    if (!known.isFrom(origin.address)) throw this.#refused('from another network', token.id);
    this.#keepToRate(bucket);
    if (origin.take?.(token.tenant) === false) {
      const text = 'the tenant has too many requests in work at the same time';
      throw new CustosError('RATE_LIMITED', text, { details: { retryAfter: 1 } });
    }
    this.#noteUse(token.id, now);
    return token;
  }

  /** For a caller who was let in before, such as the reader of a stream. @throws CustosError TOKEN_INVALID, STORE_* */
  async requireValid(id: string): Promise<void> {
    const known = await this.#find(id);
    if (known === undefined) throw this.#refused('unknown', id);
    this.#requireLife(known.token, this.#parts.clock.now());
  }

  #requireLife({ id, revokedAt, expiresAt }: Caller, now: number): void {
    if (revokedAt !== undefined) throw this.#refused('revoked', id);
    if (expiresAt !== undefined && expiresAt <= now) throw this.#refused('expired', id);
  }

  /** Forgets what is remembered of a token that was changed here. */
  forget(id: string): void {
    const known = this.#known.get(id);
    if (known !== undefined) known.readAt = Number.NEGATIVE_INFINITY;
  }

  /** Writes down when tokens were used. Never throws: nothing depends on it. */
  async flush(): Promise<void> {
    const moments = new Map(this.#used);
    this.#used.clear();
    this.#noted = performance.now();
    if (moments.size === 0) return;
    await this.#parts.access.used(moments).catch((thrown: unknown) => {
      tell(this.#parts.log, 'token-use-not-noted', { code: asCustosError(thrown).code });
    });
  }

  async #find(id: string): Promise<Known | undefined> {
    const found = this.#known.get(id);
    const readAt = performance.now();
    if (found !== undefined && readAt - found.readAt < FRESH) return found;
    const stored = await this.#parts.access.token(id);
    const token = stored && readToken(this.#parts.mac, stored);
    this.#known.delete(id);
    if (stored === undefined || token === undefined) return undefined;
    const { tenant, ownerTags } = token;
    const owners = ownerTags && (await this.#parts.ownersOf(tenant, ownerTags));
    const whole: Caller = { ...token, ...(owners && { owners }) };
    const known: Known = {
      token: whole,
      caller: whole,
      hash: stored.hash,
      isFrom: token.from === undefined ? () => true : networkCheck(token.from),
      bucket: found?.bucket ?? new Bucket(token.rate, readAt),
      readAt,
    };
    this.#known.set(id, known);
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }

  #keepToRate(bucket: Bucket): void {
    const wait = bucket.take(performance.now());
    if (wait === 0) return;
    const details = { retryAfter: Math.ceil(wait / 1000) };
    throw new CustosError('RATE_LIMITED', 'the token sends more requests than its rate allows', { details });
  }

  #noteUse(id: string, now: number): void {
    this.#used.set(id, now);
    if (performance.now() - this.#noted >= USE_PERIOD) void this.flush();
  }

  /** The caller learns only that it does not work: whoever guesses must not hear how near the guess is. */
  #refused(reason: string, token: string | undefined): CustosError {
    tell(this.#parts.log, 'token-refused', { reason, ...(token !== undefined && { token }) });
    return new CustosError('TOKEN_INVALID', 'the token is not valid here');
  }
}
