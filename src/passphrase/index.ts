import { type Clock, systemClock } from '../core/clock.js';
import type { Secret } from '../core/secret.js';
import { passwordFromAws } from './aws.js';
import { passwordFromAzure } from './azure.js';
import { passwordFromFile } from './file.js';
import type { Settings } from './remote.js';
import { passwordFromVgs } from './vgs.js';

/** Where the password lies. The prompt and the environment are the command line's own business. */
export type PasswordPlace =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'aws' | 'azure' | 'vgs';
      readonly settings: Settings;
      /** The way to the service; Node's own when absent. */
      readonly fetch?: typeof fetch;
    };

/**
 * Reads the password where it lies.
 * @param warn - told what is unsafe but not refused
 * @param clock - waits between the tries to reach a service
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
