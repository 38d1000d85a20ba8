import { open } from 'node:fs/promises';
import { CustosError } from '../core/errors.js';
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
  const bytes = Buffer.alloc(MAX_BYTES);
  try {
    const length = await readInto(bytes, path);
    if (length === MAX_BYTES) throw new CustosError('PASSWORD_SOURCE', `the file of ${name} is too long`);
    return bytes.toString('utf8', 0, length);
  } catch (error) {
    if (error instanceof CustosError) throw error;
    throw new CustosError('PASSWORD_SOURCE', `the file of ${name} cannot be read`);
  } finally {
    bytes.fill(0);
  }
}

async function readInto(bytes: Buffer, path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === bytes.length) return length;
    }
  } finally {
    await file.close();
  }
}
