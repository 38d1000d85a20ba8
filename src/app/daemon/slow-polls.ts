import type { Log } from '../../core/log.js';
import type { Meter } from '../../core/meter.js';

/** A poll that takes longer than this is told, in milliseconds. */
const SLOW_POLL = 10_000;

/** The same meter, which tells the log of polls that take long. */
export function tellSlowPolls(meter: Meter, log: Log): Meter {
  return {
    ...meter,
    polled(chain, result, milliseconds) {
      meter.polled(chain, result, milliseconds);
      if (milliseconds > SLOW_POLL)
        log.warn({ chain, result, milliseconds: Math.round(milliseconds) }, 'poll took long');
    },
  };
}
