import { CustosError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import { readPassword } from '../../passphrase/index.js';
import { settingValue } from '../config/config.js';
import type { House } from '../house.js';

/**
 * Password of the old file: `--old-password-file`, CUSTOS_OLD_PASSWORD, TATUM_KMS_PASSWORD; else whatever gives the store's
 * password without a question, because both may be the same; else a hidden prompt.
 * @throws CustosError PASSWORD_MISSING, PASSWORD_SOURCE, CANCELLED_BY_USER
 */
export async function readOldPassword(house: House): Promise<Secret> {
  const { config, terminal } = house;
  const file = config.flags['oldPasswordFile'];
  if (typeof file === 'string') {
    return readPassword({ kind: 'file', path: file }, (text) => terminal.note(`custos: warning: ${text}`));
  }
  const given = config.environment['CUSTOS_OLD_PASSWORD'] || config.environment['TATUM_KMS_PASSWORD'];
  if (given) return Secret.text(given);
  const elsewhere =
    config.passwordSource !== 'local' ||
    config.passwordFile !== undefined ||
    settingValue('password', {}, config.environment) !== undefined;
  if (elsewhere) return house.password();
  if (terminal.interactive) return Secret.text(await terminal.askHidden('Password of the old file: '));
  const text = 'no password of the old file was given: set TATUM_KMS_PASSWORD or pass --old-password-file';
  throw new CustosError('PASSWORD_MISSING', text);
}
