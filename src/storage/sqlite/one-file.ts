import { readdirSync, realpathSync, statSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CustosError } from '../../core/errors.js';
import { databaseError } from './errors.js';

/** The end of the name under which `placeNewFile` builds a file. */
const BUILT = /^\.new-[0-9a-f]{12}$/;

/**
 * The path of a database behind symbolic links. SQLite puts its log beside that one, and so does Custos with its lock: a database
 * under two names would have two locks. A file with two names in the file system would have two logs as well, and what is written
 * through one name is lost through the other (sqlite.org/howtocorrupt.html, section 2.5), so it is refused.
 * @throws CustosError STORE_UNREACHABLE: it is no file, and opening a pipe would wait for ever; STORE_UNSUPPORTED: it has another
 * name; the system's error if there is none
 */
export function oneFile(path: string): string {
  const real = realpathSync(path);
  const found = statSync(real);
  if (!found.isFile()) throw noFile(path, found.isDirectory());
  if (found.nlink <= 1) return real;
  dropBuilt(real);
  const { nlink } = statSync(real);
  if (nlink <= 1) return real;
  const text = `${path} has ${nlink} names (hard links), and what is written under one name is lost under another`;
  const hint = 'remove the other names, or move them away as real copies; `find DIRECTORY -samefile PATH` shows them';
  throw new CustosError('STORE_UNSUPPORTED', text, { hint });
}

function noFile(path: string, isDirectory: boolean): CustosError {
  const what = isDirectory
    ? 'a directory; a mount of a file that did not exist makes one'
    : 'a pipe, a socket or a device';
  return new CustosError('STORE_UNREACHABLE', `${path}: the path is ${what}`);
}

/** A process that was killed while it placed the file has left the name under which it built it. */
function dropBuilt(path: string): void {
  const [directory, name] = [dirname(path), basename(path)];
  const { dev, ino } = statSync(path, { bigint: true });
  try {
    for (const other of readdirSync(directory)) {
      if (!other.startsWith(name) || !BUILT.test(other.slice(name.length))) continue;
      const found = statSync(join(directory, other), { bigint: true, throwIfNoEntry: false });
      if (found?.dev === dev && found.ino === ino) unlinkSync(join(directory, other));
    }
  } catch {
    // What could not be removed is counted by the caller.
  }
}

/**
 * SQLite takes a log beside a new database for the log of that one, and would write the pages of the former database over it.
 * @throws CustosError STORE_EXISTS: a database that was here was moved or deleted without its log
 */
export function refuseRemains(path: string): void {
  for (const end of ['-wal', '-journal']) {
    const log = `${path}${end}`;
    try {
      // Also an empty one: a process may have it open.
      if (statSync(log, { throwIfNoEntry: false }) === undefined) continue;
    } catch (error) {
      throw databaseError(error, log);
    }
    const text = `${log} belongs to a database that was here, and may have what was written last to it`;
    const hint = `stop what has it open, then move it beside the database that it belongs to, under the name of that file with ${end}`;
    throw new CustosError('STORE_EXISTS', text, { hint });
  }
}
