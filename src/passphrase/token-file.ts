import { readNamedFile } from '../files/named-file.js';
import { refusedAs } from '../files/refused.js';
import { tokenIn } from './remote.js';

/** More than any token that an API server issues. */
const MAX_BYTES = 65_536;

/**
 * The token in a file that a platform writes and renews. It is read each time it is needed, because it ends within the hour.
 * @param name - the setting that named the file, for errors
 * @throws CustosError PASSWORD_SOURCE: not readable, too long, or not a token
 */
export async function tokenFromFile(path: string, name: string): Promise<string> {
  return tokenIn(await textFromFile(path, name), `the file of ${name}`);
}

/** A small file of text. @throws CustosError PASSWORD_SOURCE: not readable, too long */
export async function textFromFile(path: string, name: string): Promise<string> {
  const { bytes } = await readNamedFile(path, { most: MAX_BYTES }).catch(
    refusedAs('PASSWORD_SOURCE', `the file of ${name}, `),
  );
  try {
    return bytes.toString('utf8');
  } finally {
    bytes.fill(0);
  }
}
