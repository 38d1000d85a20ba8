import { readFile, stat } from 'node:fs/promises';
import { CustosError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import { decodeText } from '../../core/text/text-bytes.js';
import { whyUnreadable } from '../../core/text/unreadable.js';

/** A secret from a file of the operator. @param what - what messages call it @throws CustosError CONFIG_INVALID */
export async function readSecretFile(
  file: string,
  what: string,
): Promise<{ readonly secret: Secret; readonly isOpenToOthers: boolean }> {
  const [bytes, { mode }] = await Promise.all([readFile(file), stat(file)]).catch((error: unknown) => {
    const why = whyUnreadable(error, process.geteuid?.());
    throw new CustosError('CONFIG_INVALID', `the ${what} file ${file} cannot be read (${why})`);
  });
  const decoded = decodeText(bytes);
  bytes.fill(0);
  if ('problem' in decoded) throw new CustosError('CONFIG_INVALID', `the ${what} file ${file} ${decoded.problem}`);
  return { secret: Secret.text(decoded.text.trim()), isOpenToOthers: (mode & 0o077) !== 0 };
}
