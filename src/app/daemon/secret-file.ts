import { CustosError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import { decodeText } from '../../core/text/text-bytes.js';
import { readNamedFile } from '../../files/named-file.js';
import { refusedAs } from '../../files/refused.js';

/** More than any secret or private key, in bytes. */
const MAX_BYTES = 1024 * 1024;

/** A secret from a file of the operator. @param what - what messages call it @throws CustosError CONFIG_INVALID */
export async function readSecretFile(
  file: string,
  what: string,
): Promise<{ readonly secret: Secret; readonly isOpenToOthers: boolean }> {
  const { bytes, mode } = await readNamedFile(file, { most: MAX_BYTES }).catch(
    refusedAs('CONFIG_INVALID', `the ${what} file `),
  );
  const decoded = decodeText(bytes);
  bytes.fill(0);
  if ('problem' in decoded) throw new CustosError('CONFIG_INVALID', `the ${what} file ${file} ${decoded.problem}`);
  return { secret: Secret.text(decoded.text.trim()), isOpenToOthers: (mode & 0o077) !== 0 };
}
