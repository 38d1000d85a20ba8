import { closeSync, fstatSync, openSync, statSync } from 'node:fs';

/** Connections of this process to each file, and descriptors that wait until the last of them is closed. */
interface OpenFile {
  connections: number;
  readonly waiting: number[];
}

declare global {
  /** One for the process, because locks are: a process may have loaded these modules twice. */
  var custosOpenFiles: Map<string, OpenFile> | undefined;
}

globalThis.custosOpenFiles ??= new Map();
const openFiles = globalThis.custosOpenFiles;

/**
 * Says that a connection of this process has the file open.
 * @returns says that it has no more
 */
export function holdFile(path: string): () => void {
  const name = nameOf(path);
  const file = openFiles.get(name) ?? { connections: 0, waiting: [] };
  file.connections += 1;
  openFiles.set(name, file);
  return () => {
    file.connections -= 1;
    if (file.connections > 0) return;
    openFiles.delete(name);
    for (const descriptor of file.waiting) closeSync(descriptor);
  };
}

/**
 * Looks into a file that connections of this process may have open. Locks of POSIX belong to a process and a file: whoever closes
 * any descriptor of the file gives up all locks of the process. Another process would then take itself for the only one and remove
 * the log, and what this process writes from then on would be lost (sqlite.org/howtocorrupt.html, section 2.2). So the descriptor
 * is closed after the last connection. Nothing here is asynchronous, so that no connection is opened in between.
 * @throws the system's error if the file cannot be opened
 */
export function lookInto<T>(path: string, look: (descriptor: number) => T): T {
  const descriptor = openSync(path, 'r');
  try {
    return look(descriptor);
  } finally {
    const file = openFiles.get(nameOf(descriptor));
    if (file === undefined) closeSync(descriptor);
    else file.waiting.push(descriptor);
  }
}

/** A file has several names, and one name may lead to several files one after the other. */
export function nameOf(file: string | number): string {
  const { dev, ino } = typeof file === 'number' ? fstatSync(file, { bigint: true }) : statSync(file, { bigint: true });
  return `${dev} ${ino}`;
}
