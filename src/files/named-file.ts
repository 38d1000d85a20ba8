import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { refusedBySystem, refusedDirectory, systemCode, unreadable } from './refused.js';

/** What was read of a file that a person named. */
export interface NamedFile {
  /** The caller wipes them where they are a secret. */
  readonly bytes: Buffer;
  /** Permissions and kind, as `stat` has them. */
  readonly mode: number;
  /** Id of the user to whom it belongs. */
  readonly owner: number;
}

/** The bounds of a reading. */
export interface Bounds {
  /** Bytes; a file with more is refused. */
  readonly most: number;
  /** Milliseconds for which a pipe or terminal may be silent. */
  readonly patience?: number;
}

/** As long as a program may take that prints a password. */
const PATIENCE = 60_000;
/** Milliseconds between two looks at a pipe that has nothing. */
const PAUSE = 20;
/** Bytes. */
const PART = 64 * 1024;
/** What the system tells in the place of a size when a pipe has nothing yet. */
const NOTHING_YET = -1;
// Opening a pipe to which nobody writes would otherwise block a thread, and no process ends before its threads.
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Reads a file, a pipe (`<(…)` of a shell) or a device: what a person names may have no end, or never begin.
 * @throws CustosError FILE_UNREADABLE: the message begins with the path; the cause is the error of the file system
 */
export async function readNamedFile(path: string, bounds: Bounds): Promise<NamedFile> {
  const handle = await openNamed(path);
  try {
    const steps = collect(await sourceOf(path, handle), bounds);
    let step = steps.next();
    while (!step.done) {
      const got = await readInto(path, handle, step.value);
      step = steps.next(got);
      if (!step.done && got <= 0) await pause();
    }
    return step.value;
  } finally {
    await handle.close();
  }
}

/** The same for whoever reads settings, before anything else happens in the process. @throws as `readNamedFile` */
export function readNamedFileNow(path: string, bounds: Bounds): NamedFile {
  requireName(path);
  const descriptor = attempt(path, () => openSync(path, FLAGS));
  try {
    const steps = collect({ path, about: fstatSync(descriptor), descriptor }, bounds);
    let step = steps.next();
    while (!step.done) {
      const { value } = step;
      const got = attempt(path, () => readSync(descriptor, value));
      step = steps.next(got);
      if (!step.done && got <= 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
    return step.value;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reads a file or pipe of any size in parts. A device is refused, because nothing bounds it.
 * @throws as `readNamedFile`
 */
export async function* readParts(path: string, patience: number = PATIENCE): AsyncGenerator<Buffer> {
  const handle = await openNamed(path);
  try {
    const source = await sourceOf(path, handle);
    if (source.about.isCharacterDevice() || source.about.isBlockDevice()) throw unreadable(path, 'it is a device');
    const isAtEnd = endOf(source, patience);
    for (;;) {
      const part = Buffer.allocUnsafeSlow(PART);
      const got = await readInto(path, handle, part);
      if (isAtEnd(got)) return;
      if (got > 0) yield part.subarray(0, got);
      else await pause();
    }
  } finally {
    await handle.close();
  }
}

/** Opens what is read at several places, or more than once: a file, and nothing else. @throws as `readNamedFile` */
export async function openFile(path: string): Promise<FileHandle> {
  const handle = await openNamed(path);
  const about = await handle.stat();
  if (about.isFile()) return handle;
  await handle.close();
  throw about.isDirectory() ? refusedDirectory(path) : unreadable(path, 'it is a pipe or a device, and no file');
}

interface Source {
  readonly path: string;
  readonly about: Stats;
  readonly descriptor: number;
}

async function openNamed(path: string): Promise<FileHandle> {
  requireName(path);
  return open(path, FLAGS).catch((cause: unknown) => {
    throw refusedBySystem(path, cause);
  });
}

function requireName(path: string): void {
  if (path === '') throw unreadable('a file without a name', 'its name is empty');
}

async function sourceOf(path: string, handle: FileHandle): Promise<Source> {
  return { path, about: await handle.stat(), descriptor: handle.fd };
}

async function readInto(path: string, handle: FileHandle, into: Uint8Array): Promise<number> {
  return handle.read(into).then(
    ({ bytesRead }) => bytesRead,
    (cause: unknown) => nothingYet(path, cause),
  );
}

function attempt(path: string, work: () => number): number {
  try {
    return work();
  } catch (cause) {
    return nothingYet(path, cause);
  }
}

function nothingYet(path: string, cause: unknown): number {
  if (systemCode(cause) === 'EAGAIN') return NOTHING_YET;
  throw refusedBySystem(path, cause);
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
}

/** Yields where the next bytes go, and is told how many came. */
function* collect(source: Source, { most, patience = PATIENCE }: Bounds): Generator<Buffer, NamedFile, number> {
  const { path, about } = source;
  if (about.isFile() && about.size > most) throw unreadable(path, `it has more than ${sizeText(most)}`);
  // One byte more than is known or allowed shows that there is more.
  let bytes = Buffer.alloc(Math.min(Math.max(about.size + 1, PART), most + 1));
  let size = 0;
  const isAtEnd = endOf(source, patience);
  for (;;) {
    const got = yield bytes.subarray(size);
    if (isAtEnd(got)) return { bytes: bytes.subarray(0, size), mode: about.mode, owner: about.uid };
    size += Math.max(got, 0);
    if (size < bytes.length) continue;
    const former = bytes;
    if (size <= most) bytes = Buffer.concat([former], Math.min(2 * size, most + 1));
    former.fill(0);
    if (size > most) throw unreadable(path, `it has more than ${sizeText(most)}`);
  }
}

/** Tells the end from a pipe that has nothing yet. @returns what is asked with the size of each part */
function endOf({ path, about, descriptor }: Source, patience: number): (got: number) => boolean {
  // A pipe with a name has no writer before somebody opens it; one of a shell had it from the start.
  let mayBegin = about.isFIFO() && !isOfShell(descriptor);
  let since = performance.now();
  return (got) => {
    if (got === 0 && !mayBegin) return true;
    if (got > 0) {
      mayBegin = false;
      since = performance.now();
    }
    if (performance.now() - since < patience) return false;
    throw unreadable(path, `nothing came out of it for ${patience / 1000} seconds`);
  };
}

function isOfShell(descriptor: number): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('pipe:');
  } catch {
    return false;
  }
}

function sizeText(bytes: number): string {
  const kibibytes = bytes / 1024;
  return kibibytes < 1024 ? `${kibibytes} KiB` : `${kibibytes / 1024} MiB`;
}
