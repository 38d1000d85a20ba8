import { type Clock, systemClock } from '../core/clock.js';
import type { Secret } from '../core/secret.js';
import { passwordFromAws } from './aws.js';
import { passwordFromAzure } from './azure.js';
import { passwordFromFile } from './file.js';
import type { Settings } from './remote.js';
import { passwordFromVgs } from './vgs.js';

/** Where the password is kept. The command line handles the prompt and the environment itself. */
export type PasswordPlace =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'aws' | 'azure' | 'vgs';
      readonly settings: Settings;
      /** How to reach the service; Node's own way when absent. */
      readonly fetch?: typeof fetch;
    };

/**
 * Reads the password from where it is kept.
 * @param warn - receives a warning about what is unsafe but accepted
 * @param clock - waits between attempts to reach a service
 * @throws CustosError PASSWORD_SOURCE
 */
export async function readPassword(
  place: PasswordPlace,
  warn: (text: string) => void = () => undefined,
  clock: Clock = systemClock,
): Promise<Secret> {
  switch (place.kind) {
    case 'file':
      return passwordFromFile(place.path, warn);
    case 'aws':
      return passwordFromAws(place.settings, clock, place.fetch);
    case 'azure':
      return passwordFromAzure(place.settings, clock, place.fetch);
    case 'vgs':
      return passwordFromVgs(place.settings, clock, place.fetch);
  }
}
