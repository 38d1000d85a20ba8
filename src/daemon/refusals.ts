import type { CustosError } from '../core/errors.js';
import type { ChainId } from '../core/ids.js';
import type { ErrorReports } from './error-reports.js';
import type { DaemonParts } from './parts.js';

/** Refused elements of one round that are told one by one in the log. */
const TOLD = 20;
/** New reports about refused elements in one round: what fits into one request. */
const REPORTED = 500;

/**
 * What a chain's polls brought and was refused. All is counted; the log and the cloud hear of the first ones, because a list may
 * hold a hundred thousand, at every poll.
 */
export class Refusals {
  readonly #parts: DaemonParts;
  readonly #chain: ChainId;
  readonly #reports: ErrorReports;
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
    if (this.#count <= TOLD) {
      log.warn({ chain: this.#chain, id, code: error.code, error: error.message }, 'pending transaction refused');
    }
    if (typeof id !== 'string' || this.#reported >= REPORTED) return;
    // What cannot be read stays so; under an id that came with another payload the first one goes on.
    const end = error.code === 'PENDING_CHANGED' ? 'open' : 'final';
    if (this.#reports.addOnce(id, `${error.code}: ${error.message}`, end)) this.#reported += 1;
  }

  /** Tells of those that were not told one by one, and begins to count anew. */
  endRound(): void {
    const more = this.#count - TOLD;
    if (more > 0) this.#parts.log.warn({ chain: this.#chain, count: more }, 'more pending transactions refused');
    this.#count = 0;
    this.#reported = 0;
  }
}
