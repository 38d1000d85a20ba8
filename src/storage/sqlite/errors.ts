import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { CustosError, type ErrorCode } from '../../core/errors.js';

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html) that mean something to an operator. */
const sqliteCodes: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  // A statement that does not fit the tables: all statements are fixed, so the tables have been changed.
  1: ['STORE_DAMAGED', 'the store does not have the tables of a wallet store'],
  5: ['STORE_BUSY', 'another process is writing to the store'],
  6: ['STORE_BUSY', 'another process is writing to the store'],
  8: ['STORE_READ_ONLY', 'the store cannot be written'],
  10: ['STORE_FULL', 'the store could not be written or read (input/output error or full disk)'],
  11: ['STORE_DAMAGED', 'the store is damaged'],
  13: ['STORE_FULL', 'the disk of the store is full'],
  14: ['STORE_READ_ONLY', 'the store or its directory cannot be opened for writing'],
  19: ['STATE_CONFLICT', 'the store has such a row already'],
  23: ['STORE_READ_ONLY', 'access to the store was denied'],
  26: ['STORE_FOREIGN', 'the file is not a wallet store'],
};

const CONSTRAINT = 19;

/** The package for Node 20 omits the code if a statement returns rows; SQLite's texts are as fixed as its codes. */
const sqliteTexts: ReadonlyMap<string, number> = new Map([
  ['database is locked', 5],
  ['database table is locked', 6],
  ['attempt to write a readonly database', 8],
  ['disk I/O error', 10],
  ['database disk image is malformed', 11],
  ['database or disk is full', 13],
  ['unable to open database file', 14],
  ['constraint failed', CONSTRAINT],
  ['authorization denied', 23],
  ['file is not a database', 26],
]);

const fileCodes: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOSPC: ['STORE_FULL', 'the disk is full'],
  EDQUOT: ['STORE_FULL', 'the disk quota is used up'],
  EFBIG: ['STORE_FULL', 'the file may not grow further'],
  EACCES: ['STORE_READ_ONLY', 'access was denied'],
  EPERM: ['STORE_READ_ONLY', 'access was denied'],
  EROFS: ['STORE_READ_ONLY', 'the file system is read-only'],
  ENOENT: ['STORE_UNREACHABLE', 'the path does not exist'],
  ENOTDIR: ['STORE_UNREACHABLE', 'a part of the path is not a directory'],
  EISDIR: ['STORE_UNREACHABLE', 'the path is a directory; a mount of a file that did not exist makes one'],
  EEXIST: ['STORE_EXISTS', 'the file exists already'],
};

/** Translates an error of SQLite or the file system into an error of the store; returns any other error unchanged. */
export function databaseError(error: unknown, location?: string): unknown {
  if (!(error instanceof Error) || error instanceof CustosError) return error;
  const where = location === undefined ? '' : `${location}: `;
  const errcode = resultCode(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = errcode === undefined ? fileCodes[code] : sqliteCodes[errcode];
  if (known === undefined) return error;
  const foreign = known[0] === 'STORE_READ_ONLY' && location !== undefined ? foreignOwner(location) : '';
  return new CustosError(known[0], `${where}${known[1]}${foreign}`, { cause: error });
}

/** Says so if the nearest file or directory on the way belongs to another user: mounts into containers often do. */
function foreignOwner(location: string): string {
  const own = process.geteuid?.();
  for (let at = location; ; at = dirname(at)) {
    const uid = ownerOf(at);
    if (uid !== undefined) return uid === own ? '' : `; ${at} belongs to user ${uid}, and this is user ${own}`;
    if (dirname(at) === at) return '';
  }
}

/** Undefined where there is no such path, or this user may not even look. */
function ownerOf(path: string): number | undefined {
  try {
    return statSync(path).uid;
  } catch {
    return undefined;
  }
}

/** True for a violated uniqueness, primary key or other constraint. */
export function isSqliteConflict(error: unknown): boolean {
  return error instanceof Error && resultCode(error) === CONSTRAINT;
}

/** SQLite's primary result code, if the error is one of SQLite's. */
function resultCode(error: Error): number | undefined {
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  if (!('code' in error) || error.code !== 'ERR_SQLITE_ERROR') return undefined;
  const known = [...sqliteTexts].find(([text]) => error.message.includes(text));
  return known?.[1];
}
