import { runSigner } from '../../app/keeper/run.js';
import type { Run } from '../spec.js';

/** Serves until SIGTERM or SIGINT; a second signal ends the process at once. */
export const signer: Run = async ({ house }) => {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  const { config, chains, log, key } = house;
  await runSigner({ config, chains, log, key }, { signal: stop.signal });
  return 0;
};
