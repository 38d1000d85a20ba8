import { randomBytes } from 'node:crypto';
import { fstatSync, readSync } from 'node:fs';
import { link, mkdir, open, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CustosError } from '../../core/errors.js';
import { databaseError } from './errors.js';
import { oneFile } from './one-file.js';
import { lookInto } from './open-files.js';

/** "CUST": SQLite keeps it at offset 68 of the file; it distinguishes a store from any other database. */
export const APPLICATION_ID = 0x43555354;

const HEADER = 100;

/** @throws CustosError STORE_UNREACHABLE, STORE_READ_ONLY */
export async function fileExists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const known = databaseError(error, path);
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw known;
  }
}

/**
 * Checks a file before SQLite opens it, because SQLite would use an empty file as a new database.
 * @returns its path behind symbolic links
 * @throws CustosError STORE_MISSING, STORE_DAMAGED (empty, cut off), STORE_FOREIGN (another kind of file), STORE_UNREACHABLE,
 * STORE_UNSUPPORTED (it has a second name)
 */
export async function checkStoreFile(path: string): Promise<string> {
  try {
    const file = oneFile(path);
    const { header, size } = lookInto(file, (descriptor) => {
      const bytes = Buffer.alloc(HEADER);
      return { header: bytes.subarray(0, readSync(descriptor, bytes, 0, HEADER, 0)), size: fstatSync(descriptor).size };
    });
    checkHeader(header, path);
    const wal = await fileExists(`${file}-wal`);
    // With a write-ahead log the file itself may lag behind; SQLite repairs that when it opens it.
    if (!wal && size < pageSize(header) * header.readUInt32BE(28)) {
      throw new CustosError('STORE_DAMAGED', `${path} is cut off`);
    }
    return file;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new CustosError('STORE_MISSING', `there is no wallet store at ${path}`);
    }
    throw databaseError(error, path);
  }
}

function checkHeader(header: Buffer, path: string): void {
  if (header.length === 0) throw new CustosError('STORE_DAMAGED', `${path} is empty`);
  const text = header.toString('latin1');
  if (text.startsWith('U2FsdGVkX1'))
    throw new CustosError('STORE_FOREIGN', `${path} is a wallet.dat, not a wallet store`);
  if (!text.startsWith('SQLite format 3\0')) throw new CustosError('STORE_FOREIGN', `${path} is not a wallet store`);
  if (header.length < HEADER) throw new CustosError('STORE_DAMAGED', `${path} is cut off`);
  if (header.readUInt32BE(68) !== APPLICATION_ID) {
    throw new CustosError('STORE_FOREIGN', `${path} is a database of another program`);
  }
}

function pageSize(header: Buffer): number {
  const size = header.readUInt16BE(16);
  return size === 1 ? 65_536 : size;
}

/**
 * Builds a file under another name in the same directory. When `build` is done and everything is on disk, it moves the file to
 * its place in one step: after a crash the file is complete or missing. Directory 0700, file 0600.
 * @throws CustosError STORE_EXISTS: the place is taken, and that file stays; STORE_FULL, STORE_READ_ONLY, STORE_UNREACHABLE
 */
export async function placeNewFile(path: string, build: (temporary: string) => Promise<void>): Promise<void> {
  const directory = dirname(path);
  const temporary = `${path}.new-${randomBytes(6).toString('hex')}`;
  try {
    await makeDirectory(directory);
    await (await open(temporary, 'wx', 0o600)).close();
    await build(temporary);
    await syncPath(temporary);
    // `link` refuses an existing name, which `rename` would overwrite.
    await link(temporary, path);
    await syncPath(directory);
  } catch (error) {
    throw databaseError(error, path);
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

/** As `mkdir` with `recursive`, which Node repeats without end below a directory that takes no entries, such as /proc. */
async function makeDirectory(path: string): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) return;
    throw new CustosError('STORE_UNREACHABLE', `${path} is not a directory`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  await makeDirectory(dirname(path));
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    // Another process made it meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  await syncPath(dirname(path));
}

async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
