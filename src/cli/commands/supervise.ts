import { frontEnvironment } from '../../app/config/front-settings.js';
import { slotsAt } from '../../app/keeper/store-key.js';
import { storeLocation } from '../../app/store/location.js';
import { passwordMeans } from '../../app/store/password.js';
import { readStoreKey } from '../../app/store/store-key.js';
import { superviseDaemon } from '../../app/supervisor/supervise.js';
import type { Secret } from '../../core/secret.js';
import type { Supervise, SupervisorCall } from '../spec.js';

/**
 * Serves until SIGTERM or SIGINT; a second signal ends this process at once, and its children with it. A signal of a terminal or
 * a service manager reaches the children, too: the keeper ignores it, and to the front it means the same as the word from here.
 */
export const supervise: Supervise = async (call) => superviseWith(call, undefined);

/** The same with a password that is known already. */
export async function superviseWith(
  { config, front: settings, environment, terminal }: SupervisorCall,
  password: Secret | undefined,
): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort(signal));
  const front = { settings, environment: frontEnvironment(environment) };
  const means = passwordMeans(config, terminal);
  const key = async (storeId: string) =>
    password ? { secret: password } : readStoreKey(means, () => slotsAt(storeLocation(config), storeId));
  return superviseDaemon({ config, front, key }, stop.signal);
}
