import { acceptOnly } from '../../../app/serve/accept.js';
import type { Run } from '../../spec.js';
import { serveDaemon } from '../daemon.js';

/**
 * Serves in this process until SIGTERM or SIGINT: for a signer service, or without signing. A second signal ends the process at
 * once.
 */
export const serve: Run = async ({ house, out }) => {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort(signal));
  if (house.config.serve?.signs !== false) return serveDaemon(house, { signal: stop.signal });
  await acceptOnly(house, { signal: stop.signal, onListening: (url) => out.json({ url }) });
  return 0;
};
