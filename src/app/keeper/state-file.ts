import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CustosError } from '../../core/errors.js';
import { openFile, readNamedFile } from '../../files/named-file.js';
import { isMissing, refusedAs } from '../../files/refused.js';
import type { RecordFile } from '../../signing/control/kept-book.js';

/** Bytes; a larger file is none of ours. */
const LARGEST = 1024 * 1024 * 1024;

/** The file in which the state of a keeper is kept: sealed bytes, of which this process reads nothing. */
export interface StateFile extends RecordFile {
  /** What it held when it was opened; empty before the first start. */
  readonly bytes: Uint8Array;
  close(): Promise<void>;
}

/**
 * Opens the file of a keeper's state. It is made when there is something to keep, so that a signer without a policy needs none.
 * Of two processes with one file, the one that began later keeps it, and the other writes no more; unless the other has written
 * since, which the later one does not know: then the later one writes nothing.
 * @throws CustosError KEEPER_STATE_DAMAGED: it cannot be read, or is no file of a keeper
 */
export async function openStateFile(path: string): Promise<StateFile> {
  let former = await openedAt(path);
  const bytes = await contentOf(path).catch(async (error: unknown) => {
    await former?.close();
    throw error;
  });
  let handle: FileHandle | undefined;
  let isLost = false;

  /** What was read is all that there is: what another process has kept since must not be thrown away. */
  const requireAsRead = async (): Promise<void> => {
    const [was, there] = await Promise.all([former?.stat(), stat(path).catch(() => undefined)]);
    isLost ||= there?.ino !== was?.ino || there?.dev !== was?.dev || (was?.size ?? 0) !== bytes.length;
    if (isLost) throw lost();
  };

  /** The same once it was replaced: another process may have kept something at that very moment. */
  const leaveFormer = async (): Promise<void> => {
    const left = former;
    former = undefined;
    isLost ||= left !== undefined && (await left.stat()).size !== bytes.length;
    await left?.close();
    if (isLost) throw lost();
  };

  const requireOwn = async (): Promise<FileHandle> => {
    if (handle === undefined || isLost) throw lost();
    const [own, there] = await Promise.all([handle.stat(), stat(path).catch(() => undefined)]);
    // Another process, or a person, has put another file there.
    isLost = there?.ino !== own.ino || there.dev !== own.dev;
    if (isLost) throw lost();
    return handle;
  };

  return {
    bytes,
    async append(record) {
      const file = await requireOwn();
      await file.appendFile(record);
      await file.datasync();
      // Another process may have put its file there meanwhile, without this record.
      await requireOwn();
    },
    async replace(record) {
      if (handle === undefined) await requireAsRead();
      else await requireOwn();
      const next = await replaced(path, record);
      await handle?.close();
      handle = next;
      await leaveFormer();
    },
    async close() {
      await Promise.all([former?.close(), handle?.close()]);
    },
  };
}

/** @returns undefined where nothing is there */
async function openedAt(path: string): Promise<FileHandle | undefined> {
  return openFile(path).catch((error: unknown) => (isMissing(error) ? undefined : unreadable(error)));
}

async function contentOf(path: string): Promise<Uint8Array> {
  return readNamedFile(path, { most: LARGEST }).then(
    ({ bytes }) => new Uint8Array(bytes),
    (error: unknown) => (isMissing(error) ? new Uint8Array() : unreadable(error)),
  );
}

const unreadable = refusedAs('KEEPER_STATE_DAMAGED', 'the state file ');

/**
 * A file of its own until it has its name: two processes that replace one file at the same moment would write into each other's.
 * @returns the new file, open for more, after it and its name are on the disk
 */
async function replaced(path: string, record: Uint8Array): Promise<FileHandle> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const prefix = `${basename(path)}.new-`;
  const next = join(folder, `${prefix}${randomUUID()}`);
  const file = await open(next, 'wx', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(record);
    await file.sync();
    await rename(next, path);
    // What killed processes left; another one that is about to replace this file finds its own gone, and stops.
    for (const name of await readdir(folder))
      if (name.startsWith(prefix)) await rm(join(folder, name), { force: true });
    const directory = await open(folder, 'r');
    await directory.sync().finally(() => directory.close());
    return file;
  } catch (error) {
    await Promise.all([file.close(), rm(next, { force: true })]);
    throw error;
  }
}

function lost(): CustosError {
  return new CustosError('KEEPER_STATE_UNWRITTEN', 'the state file is not that of this signer any more');
}
