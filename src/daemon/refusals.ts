import type { CustosError } from '../core/errors.js';
import type { ChainId } from '../core/ids.js';
import { tell } from '../core/log.js';
import { REPORTS_A_REQUEST } from '../core/network/limits.js';
import type { ErrorReports } from './error-reports.js';
import type { DaemonParts } from './parts.js';

/** Refused elements of one round that are logged one by one. */
const LOGGED = 20;

/**
 * Polled elements of a chain that were refused. All are counted, but only the first ones are logged and reported, because every
 * poll may list a hundred thousand.
 */
export class Refusals {
  readonly #parts: DaemonParts;
  readonly #chain: ChainId;
  readonly #reports: ErrorReports;
  /** Unreadable rows that were logged: once is enough, because they stay unreadable until a person mends them. */
  readonly #damaged = new Set<unknown>();
  #count = 0;
  #reported = 0;

  constructor(parts: DaemonParts, chain: ChainId, reports: ErrorReports) {
    this.#parts = parts;
    this.#chain = chain;
    this.#reports = reports;
  }

  add(error: CustosError): void {
    const { meter, log } = this.#parts;
    const { id } = error.details;
    this.#count += 1;
    meter.ended(this.#chain, 'refused');
    if (this.#count <= LOGGED) {
      tell(log, 'pending-refused', { chain: this.#chain, id, code: error.code, error: error.message });
    }
    if (typeof id !== 'string' || this.#reported >= REPORTS_A_REQUEST) return;
    // An unreadable element stays unreadable. If an id came with another payload, the first one goes on.
    const end = error.code === 'PENDING_CHANGED' ? 'open' : 'final';
    if (this.#reports.addOnce(id, `${error.code}: ${error.message}`, end)) this.#reported += 1;
  }

  /**
   * Notes an unreadable row of the journal. It is not reported to the source: bytes that may have been sent must not look like a
   * failed payment.
   * @returns whether it is the first time
   */
  passOver(error: CustosError): boolean {
    const { id } = error.details;
    if (this.#damaged.has(id)) return false;
    this.#damaged.add(id);
    const { log } = this.#parts;
    tell(log, 'transaction-passed-over', { chain: this.#chain, id, code: error.code, error: error.message });
    return true;
  }

  /** Logs how many were not logged one by one, and counts from zero again. */
  endRound(): void {
    const more = this.#count - LOGGED;
    if (more > 0) tell(this.#parts.log, 'more-pending-refused', { chain: this.#chain, count: more });
    this.#count = 0;
    this.#reported = 0;
  }
}
