import { runDaemon } from '../../app/daemon/run.js';
import { tell } from '../../core/log.js';
import type { Run } from '../spec.js';

/** Serves until SIGTERM or SIGINT; a second signal ends the process at once. With `--run-once`, 1 if anything went wrong. */
export const daemon: Run = async ({ house }) => {
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    tell(house.log, 'daemon-stopping', { signal });
    stop.abort();
  };
  process.once('SIGTERM', onSignal);
  process.once('SIGINT', onSignal);
  const { config, chains, clock, log, store, password } = house;
  const tally = await runDaemon({ config, chains, clock, log, store, password }, { signal: stop.signal });
  const { completed: _done, unconfirmed: _sent, ...bad } = tally;
  const failed = Object.values(bad).some((count) => count > 0);
  return config.daemon.runOnce && failed ? 1 : 0;
};
