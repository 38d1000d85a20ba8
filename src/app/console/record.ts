import { Bucket } from '../../api/rate.js';
import type { AuditEvent } from '../../core/audit/events.js';
import { CustosError } from '../../core/errors.js';
import { type Log, tell } from '../../core/log.js';
import type { AuditLog } from '../../core/store/audit.js';
import { recordOrAnnounce } from '../audit/unlock.js';

/** By what somebody logged in, or tried to. */
export type LoginProof = 'code' | 'passkey' | 'password';

interface Attempt {
  /** Undefined: nobody of this name can log in, or a code is nobody's. */
  readonly person: string | undefined;
  readonly by: LoginProof;
  readonly address: string | undefined;
}

/**
 * Of names and codes that nobody has: so many at once, and then one a minute. Whoever makes names up must not fill the log, and
 * attempts on persons are limited anyway.
 */
const [STRANGERS, A_SECOND] = [30, 1 / 60] as const;

/** Writes into the audit log who logged in to the console, who did not, and what persons asked for there. */
export class PersonRecord {
  readonly #audit: AuditLog;
  readonly #log: Log;
  readonly #strangers = new Bucket(A_SECOND, performance.now(), STRANGERS / A_SECOND);

  constructor({ audit, log }: { readonly audit: AuditLog; readonly log: Log }) {
    this.#audit = audit;
    this.#log = log;
  }

  /** Before the session is opened: none is without its event. @throws CustosError STORE_* */
  async loggedIn({ person, by, address }: Attempt & { readonly person: string }): Promise<void> {
    await this.#add({ code: 'person.logged-in', detail: { person, by, address } });
    tell(this.#log, 'person-logged-in', { person, by });
  }

  async loggedOut(person: string): Promise<void> {
    await this.#add({ code: 'person.logged-out', detail: { person } });
  }

  /** Before it is done. @param operation - its id in the API. @throws CustosError STORE_* */
  asked(person: string, { operation, path }: { readonly operation: string; readonly path: string }): Promise<void> {
    return this.#add({ code: 'person.asked', detail: { person, operation, path } });
  }

  /** Passes on what a login comes to, and records that it was refused. */
  async refusals<T>(attempt: Attempt, login: () => Promise<T>): Promise<T> {
    try {
      return await login();
    } catch (error) {
      if (error instanceof CustosError && error.code === 'LOGIN_REFUSED') await this.#refused(attempt);
      throw error;
    }
  }

  /** Nobody gets in by it, so a store that cannot be written does not change the answer. */
  async #refused({ person, by, address }: Attempt): Promise<void> {
    tell(this.#log, 'person-refused', { person, by });
    if (person === undefined && this.#strangers.take(performance.now()) > 0) return;
    await this.#add({ code: 'person.login-refused', detail: { person, by, address } }).catch(() => undefined);
  }

  /** A broken log keeps nobody from stopping more. */
  #add(event: AuditEvent): Promise<void> {
    return recordOrAnnounce(this.#audit, [event]);
  }
}
