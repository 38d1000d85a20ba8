import { type Log, tell } from '../../core/log.js';
import type { Meter } from '../../core/meter.js';

/** A poll that takes longer than this is logged, in milliseconds. */
const SLOW_POLL = 10_000;

/** The same meter, but it also logs slow polls. */
export function tellSlowPolls(meter: Meter, log: Log): Meter {
  return {
    ...meter,
    polled(chain, result, milliseconds) {
      meter.polled(chain, result, milliseconds);
      if (milliseconds <= SLOW_POLL) return;
      tell(log, 'poll-took-long', { chain, result, milliseconds: Math.round(milliseconds) });
    },
  };
}
