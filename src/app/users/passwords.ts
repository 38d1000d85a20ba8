import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { PasswordHash } from '../../core/access/user-login.js';
import { CustosError } from '../../core/errors.js';
import { defaultScrypt, type ScryptParameters, stretchPassword } from '../../crypto/kdf.js';

/** At the same time: each takes 128 MiB and a core. */
const MOST_AT_ONCE = 2;
/** Passwords that may wait for that. */
const MOST_WAITING = 32;

/** Hashes passwords of users, and compares them. */
export class Passwords {
  readonly #cost: ScryptParameters;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param cost - of new passwords; an old one keeps its own */
  constructor(cost: ScryptParameters = defaultScrypt) {
    this.#cost = cost;
  }

  /** @throws CustosError RATE_LIMITED: too many wait */
  async hash(password: string): Promise<PasswordHash> {
    const salt = randomBytes(32);
    const key = await this.#stretch(password, salt, this.#cost);
    return { ...this.#cost, salt: salt.toString('base64url'), key: Buffer.from(key).toString('base64url') };
  }

  /**
   * Takes as long for a user without a password as for one with another one.
   * @throws CustosError RATE_LIMITED: too many wait
   */
  async isRight(password: string, kept: PasswordHash | undefined): Promise<boolean> {
    const { salt, key, ...cost } = kept ?? { ...this.#cost, salt: NOTHING, key: NOTHING };
    const found = await this.#stretch(password, Buffer.from(salt, 'base64url'), cost);
    const wanted = Buffer.from(key, 'base64url');
    return found.length === wanted.length && timingSafeEqual(found, wanted) && kept !== undefined;
  }

  async #stretch(password: string, salt: Uint8Array, cost: ScryptParameters): Promise<Uint8Array> {
    await this.#enter();
    const bytes = Buffer.from(password.normalize('NFKC'));
    try {
      return await stretchPassword(bytes, salt, cost);
    } finally {
      bytes.fill(0);
      this.#leave();
    }
  }

  /** Whoever leaves hands the place on, so that none is given twice. */
  async #enter(): Promise<void> {
    if (this.#running < MOST_AT_ONCE) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= MOST_WAITING) {
      throw new CustosError('RATE_LIMITED', 'too many passwords wait to be checked', { details: { retryAfter: 5 } });
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}

/** 32 bytes that are the key of no password. */
const NOTHING = Buffer.alloc(32).toString('base64url');
