import { CustosError } from '../../core/errors.js';
import { commandWords } from '../../passphrase/command-words.js';
import { type Environment, flagName, type SettingsReader, type Sourced } from './reader.js';

/** Services outside this machine that keep passwords; each has a flag of its name. */
export const passwordServices = ['aws', 'azure', 'gcp', 'vault', 'vgs'] as const;

/** What stands in for the environment, the file and the prompt. */
type PasswordSource =
  | { readonly source: 'local' | (typeof passwordServices)[number] }
  | { readonly source: 'command'; readonly words: readonly [string, ...string[]] }
  | { readonly source: 'credential'; readonly credential: string };

/** Where the password of the wallet store comes from, apart from `Secrets`. */
export type PasswordConfig = PasswordSource & {
  /** File with the password in its first line. */
  readonly file?: string;
  /** Only the variable of Tatum KMS gives the password. */
  readonly isNamedAsTatum: boolean;
};

export function readPasswordConfig(read: SettingsReader, environment: Environment): PasswordConfig {
  const file = read.setting('passwordFile');
  return {
    ...readSource(read, file),
    ...(file && { file: file.value }),
    isNamedAsTatum: !environment['CUSTOS_PASSWORD'] && Boolean(environment['TATUM_KMS_PASSWORD']),
  };
}

function readSource(read: SettingsReader, file: Sourced | undefined): PasswordSource {
  const services = passwordServices.filter((service) => read.isSet(service));
  const command = read.setting('passwordCommand');
  const credential = read.setting('passwordCredential');
  const own = [command, credential].flatMap((given) => given?.from ?? []);
  // A file beside a service has always been ignored, and settings files of Tatum KMS rely on that.
  const names = [...services.map(flagName), ...own, ...(own.length > 0 && file !== undefined ? [file.from] : [])];
  if (names.length > 1) read.refuse(names[0] ?? '', `choose one of ${names.join(', ')}`);
  if (services[0] !== undefined) return { source: services[0] };
  if (command !== undefined) return commandFrom(read, command);
  if (credential !== undefined) return credentialFrom(read, credential);
  return { source: 'local' };
}

function commandFrom(read: SettingsReader, { value, from }: Sourced): PasswordSource {
  const words = read.attempt(from, undefined, () => commandWords(value));
  return words === undefined ? { source: 'local' } : { source: 'command', words };
}

function credentialFrom(read: SettingsReader, { value, from }: Sourced): PasswordSource {
  return read.attempt<PasswordSource>(from, { source: 'local' }, () => {
    // It becomes part of a path below the directory of the credentials.
    if (/^\.{1,2}$|[/\0]/.test(value))
      throw new CustosError('CONFIG_INVALID', `${from} takes the name of a credential`);
    return { source: 'credential', credential: value };
  });
}
