import { settingsForFront } from '../../app/config/config.js';
import { frontEnvironment } from '../../app/config/front-settings.js';
import { passwordMeans, readStorePassword } from '../../app/store/password.js';
import { superviseDaemon } from '../../app/supervisor/supervise.js';
import type { Secret } from '../../core/secret.js';
import type { Supervise, SupervisorCall } from '../spec.js';

/**
 * Serves until SIGTERM or SIGINT; a second signal ends this process at once, and its children with it. A signal of a terminal or
 * a service manager reaches the children, too: the keeper ignores it, and to the front it means the same as the word from here.
 */
export const supervise: Supervise = async (call) =>
  superviseWith(call, () => readStorePassword(passwordMeans(call.config, call.terminal)));

/** The same with a password from elsewhere. */
export async function superviseWith(
  { config, flags, environment }: SupervisorCall,
  password: () => Promise<Secret>,
): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort(signal));
  const front = {
    settings: settingsForFront(flags, environment, config.home),
    environment: frontEnvironment(environment),
  };
  return superviseDaemon({ config, front, password }, stop.signal);
}
