import { CustosError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import { readPassword } from '../../passphrase/index.js';
import { type PasswordMeans, readStorePassword } from '../store/password.js';

/** Where the password of the old file comes from. */
export interface OldPasswordMeans {
  /** File that holds it. */
  readonly file?: string | undefined;
  /** Where the store's own password comes from. */
  readonly passwords: PasswordMeans;
}

/**
 * Password of the old file: `--old-password-file`, CUSTOS_OLD_PASSWORD, TATUM_KMS_PASSWORD; otherwise the store's
 * password if it needs no question, because both may be the same; otherwise a hidden prompt.
 * @throws CustosError PASSWORD_MISSING, PASSWORD_SOURCE, CANCELLED_BY_USER
 */
export async function readOldPassword({ file, passwords }: OldPasswordMeans): Promise<Secret> {
  const { place, secrets, terminal } = passwords;
  if (file !== undefined) {
    return readPassword({ kind: 'file', path: file }, (text) => terminal.note(`custos: warning: ${text}`));
  }
  const given = secrets.copy('oldPassword');
  if (given !== undefined) return given;
  const isElsewhere = place.source !== 'local' || place.file !== undefined || secrets.has('password');
  if (isElsewhere) return readStorePassword(passwords);
  if (terminal.interactive) return Secret.text(await terminal.askHidden('Password of the old file: '));
  const text = 'no password of the old file was given: set TATUM_KMS_PASSWORD or pass --old-password-file';
  throw new CustosError('PASSWORD_MISSING', text);
}
