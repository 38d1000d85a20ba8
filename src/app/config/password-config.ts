import { type Environment, flagName, type SettingsReader } from './reader.js';

type PasswordSource = 'local' | 'aws' | 'azure' | 'vgs';

/** Where the password of the wallet store comes from, apart from `Secrets`. */
export interface PasswordConfig {
  readonly source: PasswordSource;
  /** File with the password in its first line. */
  readonly file?: string;
  /** Only the variable of Tatum KMS gives the password. */
  readonly isNamedAsTatum: boolean;
}

export function readPasswordConfig(read: SettingsReader, environment: Environment): PasswordConfig {
  const sources = (['aws', 'azure', 'vgs'] as const).filter((source) => read.isSet(source));
  if (sources.length > 1) read.refuse(flagName(sources[0] ?? 'aws'), `choose one of --${sources.join(', --')}`);
  const file = read.setting('passwordFile');
  return {
    source: sources[0] ?? 'local',
    ...(file && { file: file.value }),
    isNamedAsTatum: !environment['CUSTOS_PASSWORD'] && Boolean(environment['TATUM_KMS_PASSWORD']),
  };
}
