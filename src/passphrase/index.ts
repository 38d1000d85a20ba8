import { type Clock, systemClock } from '../core/clock.js';
import type { Secret } from '../core/secret.js';
import { passwordFromAws } from './aws/secrets-manager.js';
import { passwordFromAzure } from './azure/key-vault.js';
import { type PasswordCommand, passwordFromCommand } from './command.js';
import { type Credential, passwordFromCredential } from './credential.js';
import { passwordFromFile } from './file.js';
import { passwordFromGcp } from './gcp/secret-manager.js';
import type { Reach, Settings } from './remote.js';
import { passwordFromVault } from './vault/kv.js';
import { passwordFromVgs } from './vgs.js';

/** A service outside this machine that keeps passwords. */
const services = {
  aws: passwordFromAws,
  azure: passwordFromAzure,
  gcp: passwordFromGcp,
  vault: passwordFromVault,
  vgs: passwordFromVgs,
} as const satisfies Record<string, (reach: Reach) => Promise<Secret>>;

/** Where the password is kept. The command line handles the prompt and the environment itself. */
export type PasswordPlace =
  | { readonly kind: 'file'; readonly path: string }
  | ({ readonly kind: 'command' } & PasswordCommand)
  | ({ readonly kind: 'credential' } & Credential)
  | {
      readonly kind: keyof typeof services;
      readonly settings: Settings;
      /** How to reach the service; Node's own way when absent. */
      readonly fetch?: typeof fetch;
      /** How to reach the metadata service of this machine: without a proxy. */
      readonly direct?: typeof fetch;
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
    case 'command':
      return passwordFromCommand(place);
    case 'credential':
      return passwordFromCredential(place, warn);
    default: {
      const { settings, fetch: ask = fetch, direct = fetch } = place;
      return services[place.kind]({ settings, clock, ask, direct });
    }
  }
}
