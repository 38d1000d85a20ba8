import { readFile, stat } from 'node:fs/promises';
import { CustosError } from '../core/errors.js';
import { Secret } from '../core/secret.js';

/**
 * First line of a file, as secret managers mount it.
 * @param warn - told when others than the owner may read the file
 * @throws CustosError PASSWORD_SOURCE: not readable, or empty
 */
export async function passwordFromFile(path: string, warn: (text: string) => void): Promise<Secret> {
  let text: string;
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) warn(`others may read the password file ${path}: run chmod 600 ${path}`);
    text = await readFile(path, 'utf8');
  } catch {
    throw new CustosError('PASSWORD_SOURCE', `the password file ${path} cannot be read`);
  }
  const [line = ''] = text.split(/\r?\n/);
  if (line === '') throw new CustosError('PASSWORD_SOURCE', `the first line of the password file ${path} is empty`);
  return Secret.text(line);
}
