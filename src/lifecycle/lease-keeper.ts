import type { Clock } from '../core/clock.js';
import { asCustosError } from '../core/errors.js';
import { type Log, tell } from '../core/log.js';
import { type Journal, LEASE_TIME, type Lease } from '../core/store/journal.js';

/** Holds on to what this process has claimed, for as long as it lives. */
export class LeaseKeeper {
  readonly #journal: Journal;
  readonly #log: Log;
  /** On the monotonic clock: how long ago the leases were kept does not depend on the time of day. */
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
        // Who holds nothing has nothing to lose: what is claimed next is held from then on.
        if (isBusy()) await this.#journal.keepLeases();
        this.#kept = start;
      } catch (thrown) {
        const { code, message } = asCustosError(thrown);
        tell(this.#log, 'leases-not-kept', { code, error: message });
      }
    }
  }

  /**
   * Makes sure, before bytes leave, that the transaction is still this process's, where it may have stood still for so long
   * that others took it over.
   * @throws CustosError LEASE_LOST
   */
  async check(lease: Lease): Promise<void> {
    if (performance.now() - this.#kept > LEASE_TIME / 2) await this.#journal.renew(lease);
  }
}
