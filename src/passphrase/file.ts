import { CustosError } from '../core/errors.js';
import { Secret } from '../core/secret.js';
import { decodeText } from '../core/text/text-bytes.js';
import { readNamedFile } from '../files/named-file.js';
import { refusedAs } from '../files/refused.js';

/** More than any file with a password in its first line. */
const MAX_BYTES = 65_536;
/** U+FEFF in UTF-8, which some editors write at the beginning. */
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The first line, without its line break, of a file or pipe as secret managers mount it.
 * @param warn - receives a warning when users other than the owner may read the file
 * @throws CustosError PASSWORD_SOURCE: not readable, not UTF-8, empty, or more than 64 KiB
 */
export async function passwordFromFile(path: string, warn: (text: string) => void): Promise<Secret> {
  const { bytes, mode } = await readNamedFile(path, { most: MAX_BYTES }).catch(
    refusedAs('PASSWORD_SOURCE', 'the password file '),
  );
  try {
    if ((mode & 0o077) !== 0) warn(`other users may read the password file ${path}: run chmod 600 ${path}`);
    const line = firstLine(bytes);
    if (line.length === (hasMark(line) ? MARK.length : 0)) throw refused(path, 'has an empty first line');
    // Invalid bytes would all become the same replacement character, so different passwords would become the same one.
    const decoded = decodeText(line);
    if ('problem' in decoded) throw refused(path, decoded.problem);
    return Secret.bytes(Uint8Array.from(line.subarray(hasMark(line) ? MARK.length : 0)));
  } finally {
    bytes.fill(0);
  }
}

function hasMark(line: Buffer): boolean {
  return line.subarray(0, MARK.length).equals(MARK);
}

function firstLine(bytes: Buffer): Buffer {
  const end = bytes.indexOf(LINE_FEED);
  const line = end === -1 ? bytes : bytes.subarray(0, end);
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}

function refused(path: string, why: string): CustosError {
  return new CustosError('PASSWORD_SOURCE', `the password file ${path} ${why}`);
}
