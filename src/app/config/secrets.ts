import { Secret } from '../../core/secret.js';
import type { Environment, SettingsReader } from './reader.js';
import { sourceVariables } from './settings.js';

type SecretName =
  | 'apiKey'
  /** The same, set only by a variable. */
  | 'apiKeyVariable'
  | 'gatewayKey'
  | 'password'
  | 'newPassword'
  | 'oldPassword'
  | 'recoveryKey'
  | 'keyPassword'
  | 'hsmPin'
  | 'fourEyeSecret'
  | 'approverSecret';

/** Secrets among the settings. Each is read separately, so that printing a configuration never shows them. */
export interface Secrets {
  has(name: SecretName): boolean;
  /** A copy that the caller wipes; undefined when it is not set. */
  copy(name: SecretName): Secret | undefined;
  /** Settings of the password sources outside this process, by variable. */
  services(): Environment;
}

/** Takes the secrets out of flags and environment. */
export function readSecrets(read: SettingsReader, environment: Environment): Secrets {
  const given: Readonly<Record<SecretName, string | undefined>> = {
    apiKey: read.setting('apiKey')?.value,
    apiKeyVariable: read.variable('apiKey')?.value,
    gatewayKey: read.variable('gatewayKey')?.value ?? read.variable('apiKey')?.value,
    password: read.variable('password')?.value,
    newPassword: read.variable('newPassword')?.value,
    oldPassword: environment['CUSTOS_OLD_PASSWORD'] || environment['TATUM_KMS_PASSWORD'] || undefined,
    recoveryKey: read.variable('recoveryKey')?.value,
    keyPassword: read.variable('keyPassword')?.value,
    hsmPin: read.variable('hsmPin')?.value,
    // The flag of the same name takes a file.
    fourEyeSecret: read.variable('fourEyeSecret')?.value,
    approverSecret: read.variable('approverSecret')?.value,
  };
  const services = Object.fromEntries(sourceVariables.map((name) => [name, environment[name]]));
  return Object.freeze({
    has: (name: SecretName) => given[name] !== undefined,
    copy(name: SecretName) {
      const text = given[name];
      return text === undefined ? undefined : Secret.text(text);
    },
    services: () => ({ ...services }),
  });
}
