import type { Clock } from '../core/clock.js';
import { asCustosError } from '../core/errors.js';
import { type Log, tell } from '../core/log.js';
import { type Journal, LEASE_TIME, type Lease } from '../core/store/journal.js';

/** Renews the leases of this process for as long as it lives. */
export class LeaseKeeper {
  readonly #journal: Journal;
  readonly #log: Log;
  /** The last renewal, on the monotonic clock, because the time of day may jump. */
  #kept = performance.now();

  constructor(journal: Journal, log: Log) {
    this.#journal = journal;
    this.#log = log;
  }

  /** Works until `signal` is aborted. @param isBusy - whether anything is held at all */
  async run(clock: Clock, signal: AbortSignal, isBusy: () => boolean): Promise<void> {
    while (!signal.aborted) {
      await clock.wait(LEASE_TIME / 3, signal);
      if (signal.aborted) continue;
      const start = performance.now();
      try {
        // Without leases there is nothing to renew; a later claim starts its own lease.
        if (isBusy()) await this.#journal.keepLeases();
        this.#kept = start;
      } catch (thrown) {
        const { code, message } = asCustosError(thrown);
        tell(this.#log, 'leases-not-kept', { code, error: message });
      }
    }
  }

  /**
   * Checks before bytes are sent that this process still holds the transaction. If the process was stopped for a long time,
   * another one may have taken it over.
   * @throws CustosError LEASE_LOST
   */
  async check(lease: Lease): Promise<void> {
    if (performance.now() - this.#kept > LEASE_TIME / 2) await this.#journal.renew(lease);
  }
}
