import type { FileHandle } from 'node:fs/promises';
import { CustosError } from '../../core/errors.js';
import { openFile } from '../../files/named-file.js';
import { refusedAs, refusedBySystem } from '../../files/refused.js';

/** Reads a file from start to end in parts of requested sizes. */
export interface FileParts {
  /** Exactly `size` bytes. @throws CustosError BACKUP_INVALID: the file ends before */
  take(size: number): Promise<Uint8Array>;
  /** True when nothing is left. */
  atEnd(): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens the file when the first part is read. @throws CustosError BACKUP_INVALID: it cannot be read */
export function readFileInParts(path: string): FileParts {
  let handle: FileHandle | undefined;
  let at = 0;
  const refused = refusedAs('BACKUP_INVALID');
  const read = async (bytes: Uint8Array, got: number): Promise<number> => {
    handle ??= await openFile(path).catch(refused);
    return handle.read(bytes, got, bytes.length - got, at).then(
      ({ bytesRead }) => bytesRead,
      (cause: unknown) => refused(refusedBySystem(path, cause)),
    );
  };
  return {
    async take(size) {
      const bytes = new Uint8Array(size);
      let got = 0;
      while (got < size) {
        const bytesRead = await read(bytes, got);
        if (bytesRead === 0) throw new CustosError('BACKUP_INVALID', `${path} is cut off after ${at} bytes`);
        got += bytesRead;
        at += bytesRead;
      }
      return bytes;
    },
    async atEnd() {
      return (await read(new Uint8Array(1), 0)) === 0;
    },
    async close() {
      await handle?.close();
    },
  };
}
