import type { CustosError } from '../core/errors.js';
import type { ChainId } from '../core/ids.js';
import { tell } from '../core/log.js';
import { REPORTS_A_REQUEST } from '../core/network/limits.js';
import type { ErrorReports } from './error-reports.js';
import type { DaemonParts } from './parts.js';

/** Refused elements of one round that are logged one by one. */
const LOGGED = 20;

/**
 * What a chain's polls brought and was refused. All is counted; the log and the source hear of the first ones, because a list may
 * hold a hundred thousand, at every poll.
 */
export class Refusals {
  readonly #parts: DaemonParts;
  readonly #chain: ChainId;
  readonly #reports: ErrorReports;
  /** Rows that cannot be read and were logged: once is enough, they stay so until a person mends them. */
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
    // What cannot be read stays so; under an id that came with another payload the first one goes on.
    const end = error.code === 'PENDING_CHANGED' ? 'open' : 'final';
    if (this.#reports.addOnce(id, `${error.code}: ${error.message}`, end)) this.#reported += 1;
  }

  /**
   * Notes a row of the journal that cannot be read. The source does not hear of it: bytes that may be on their way must not
   * look like a payment that failed.
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
