import type { DoorParts } from '../../app/daemon/door.js';
import type { OwnKeeper } from '../../app/daemon/own-keeper.js';
import { type DaemonRun, runDaemon } from '../../app/daemon/run.js';
import type { House } from '../../app/house.js';
import { openApiDoor } from '../../app/serve/door.js';
import { tell } from '../../core/log.js';
import type { Run } from '../spec.js';

/** Serves in this process, for a signer service, until SIGTERM or SIGINT; a second signal ends the process at once. */
export const daemon: Run = async ({ house }) => {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort(signal));
  return serveDaemon(house, { signal: stop.signal });
};

/** How a daemon is served: its keeper, unless a service is one, and what ends it; the reason is the name of a signal. */
interface Serving extends Pick<DaemonRun, 'signal'> {
  readonly keeper?: OwnKeeper;
  /** Called when the API listens, if there is one. */
  readonly onListening?: (url: string) => void;
}

/** @returns the exit code: with `--run-once`, 1 if anything went wrong */
export async function serveDaemon(house: House, { keeper, signal, onListening }: Serving): Promise<0 | 1> {
  const { config, chains, clock, log, store } = house;
  const tellStop = () => {
    const { reason } = signal;
    tell(log, 'daemon-stopping', typeof reason === 'string' ? { signal: reason } : {});
  };
  if (signal.aborted) tellStop();
  else signal.addEventListener('abort', tellStop, { once: true });
  const openDoor = (parts: DoorParts) =>
    openApiDoor({
      ...{ config, chains, clock, log },
      ...parts,
      missing: () => parts.lifecycle.meter.keyMissing(),
      ...(onListening && { onListening }),
    });
  const means = {
    ...{ config, chains, clock, log, store },
    ...(keeper && { keeper }),
    ...(config.serve !== undefined && { openDoor }),
  };
  const tally = await runDaemon(means, { signal });
  const { completed: _done, unconfirmed: _sent, ...bad } = tally;
  const failed = Object.values(bad).some((count) => count > 0);
  return config.daemon.runOnce && failed ? 1 : 0;
}
