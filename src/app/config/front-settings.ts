import { passwordServices } from './password-config.js';
import type { Environment, Flags } from './reader.js';
import { isKnownVariable, NODE_VARIABLE, settings, sourceVariables } from './settings.js';

/** What the front of a daemon gets of the settings: flags, and variables with those of the settings file among them. */
export interface FrontSettings {
  readonly flags: Flags;
  readonly environment: Environment;
  readonly home: string | undefined;
}

/** Settings by which a password, or another key to the store, could be found. */
const ofSecrets = [
  'password',
  'newPassword',
  'recoveryKey',
  'keyPassword',
  'passwordFile',
  'passwordCommand',
  'passwordCredential',
  'hsmPin',
  'hsmPinFile',
  'keySlot',
  'keyCommand',
] as const;
/** Flags of the same; the settings file was read already, and may have the password in it. */
const secretFlags: ReadonlySet<string> = new Set([
  'passwordFile',
  'passwordCommand',
  'passwordCredential',
  'hsmPinFile',
  'keySlot',
  'keyCommand',
  ...passwordServices,
  'envFile',
]);

const secretVariables: ReadonlySet<string> = new Set<string>([
  ...ofSecrets.flatMap((name): readonly string[] => settings[name].env),
  ...sourceVariables,
  'CUSTOS_OLD_PASSWORD',
]);

/** Without anything that leads to the password of the store. Only variables that are settings are kept. */
export function frontSettings({ flags, environment, home }: FrontSettings): FrontSettings {
  const kept = Object.entries(flags).filter(([name]) => !secretFlags.has(name));
  const isSetting = (name: string) => isKnownVariable(name) || NODE_VARIABLE.test(name) || isProxy(name);
  return {
    flags: Object.fromEntries(kept),
    environment: withoutSecrets(environment, isSetting),
    home,
  };
}

/** The environment of the front's process: that of this one, without what leads to the password of the store. */
export function frontEnvironment(environment: Environment): Environment {
  return withoutSecrets(environment, () => true);
}

function withoutSecrets(environment: Environment, isKept: (name: string) => boolean): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !secretVariables.has(name) && isKept(name)));
}

function isProxy(name: string): boolean {
  return /^(HTTPS?|NO)_PROXY$/i.test(name);
}
