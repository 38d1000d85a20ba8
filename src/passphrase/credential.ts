import { join } from 'node:path';
import { CustosError } from '../core/errors.js';
import type { Secret } from '../core/secret.js';
import { passwordFromFile } from './file.js';

/** A credential of the unit in which this process runs. */
export interface Credential {
  readonly name: string;
  /** CREDENTIALS_DIRECTORY, which systemd sets; undefined outside such a unit. */
  readonly directory: string | undefined;
}

/**
 * The password in a credential that systemd gives to the unit (LoadCredential=, LoadCredentialEncrypted=): its first line.
 * @param warn - receives a warning when users other than the owner may read it
 * @throws CustosError PASSWORD_SOURCE
 */
export async function passwordFromCredential(
  { name, directory }: Credential,
  warn: (text: string) => void,
): Promise<Secret> {
  if (!directory) {
    const hint = 'start it by a unit with LoadCredential= or LoadCredentialEncrypted=';
    throw new CustosError('PASSWORD_SOURCE', 'systemd gave this process no credentials', { hint });
  }
  return passwordFromFile(join(directory, name), warn);
}
