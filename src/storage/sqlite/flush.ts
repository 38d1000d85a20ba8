import { closeSync, fdatasync, fdatasyncSync, openSync, realpathSync } from 'node:fs';
import { CustosError } from '../../core/errors.js';
import type { SqliteConnection, SqliteStatement } from './connection.js';
import { databaseError } from './errors.js';
import { nameOf } from './open-files.js';

/** Waits until what was written to a file is on the disk; on macOS Node asks for F_FULLFSYNC, as SQLite does. */
export interface Sync {
  /** In another thread. It rejects with the system's error. */
  aside(file: number): Promise<void>;
  /** In this thread. @throws the system's error */
  here(file: number): void;
}

const systemSync: Sync = {
  aside: (file) =>
    new Promise((resolve, reject) => {
      fdatasync(file, (error) => (error === null ? resolve() : reject(error)));
    }),
  here: fdatasyncSync,
};

/** One wait for the disk, and how far it reaches. */
interface Running {
  readonly version: unknown;
  readonly done: Promise<void>;
}

/**
 * Waits for the disk in place of SQLite, whose own wait (`synchronous=FULL`) holds up the thread: nothing else could be done
 * meanwhile. With `synchronous=NORMAL` a commit is in the write-ahead log, and the log is on the disk before pages leave it for the
 * file; only the end of the log may be lost with the power (https://www.sqlite.org/wal.html, 2.2). So whoever has seen a commit, own
 * or of another process, tells nobody before the log is on the disk: then nothing that was told is lost, as with FULL.
 */
export class Flush {
  readonly #path: string;
  readonly #log: string;
  /** Which file the path named when it was opened. */
  readonly #store: string;
  readonly #sync: Sync;
  readonly #version: SqliteStatement;
  readonly #repair: () => void;
  #file: number | undefined;
  /** What `data_version` was when the last wait began that has succeeded. */
  #reached: unknown;
  #running: Running | undefined;
  #next: Promise<void> | undefined;
  #failed: unknown;

  /**
   * @param path - of the database
   * @param reader - a connection that never writes: it notices the commits of all others
   * @param repair - writes what is in the log into the file and waits for it. @throws if it cannot
   */
  constructor(path: string, reader: SqliteConnection, { sync = systemSync, repair }: { sync?: Sync; repair(): void }) {
    this.#path = path;
    // SQLite follows links before it names the log.
    this.#log = `${realpathSync(path)}-wal`;
    this.#store = nameOf(path);
    this.#version = reader.prepare('PRAGMA data_version');
    this.#sync = sync;
    this.#repair = repair;
  }

  /**
   * Everything that can be seen now is on the disk when it resolves.
   * @param isAlone - nobody else has work meanwhile: then this thread may wait, because to hand the wait over takes a third as long
   * @returns undefined if it is already. It rejects with CustosError STORE_FULL: the disk did not take it; STORE_UNREACHABLE: the
   *   files are gone; STORE_*: nobody can say
   */
  settled({ isAlone = false } = {}): Promise<void> | undefined {
    let version: unknown;
    try {
      version = this.#seen();
    } catch (error) {
      // Whoever asks may have made a commit: an error that is thrown would read as if there were none.
      return Promise.reject(error);
    }
    if (version === this.#reached && this.#failed === undefined) return undefined;
    const running = this.#running;
    if (running !== undefined && version === running.version) return running.done;
    // Two waits at the same time could not say which of them the disk refused. One that is due begins after the last commit.
    if (this.#next !== undefined) return this.#next;
    if (running === undefined) return isAlone && this.#waitNow(version) ? undefined : this.#begin(version);
    // What runs may have begun before the last commit.
    this.#next = running.done
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#begin(this.#seen());
      });
    return this.#next;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** @returns false if the other way has to be gone, which also says what is wrong */
  #waitNow(version: unknown): boolean {
    if (this.#file === undefined || this.#failed !== undefined) return false;
    try {
      this.#requireInPlace(this.#file);
      this.#sync.here(this.#file);
      this.#reached = version;
      return true;
    } catch (error) {
      this.#failed = error;
      return false;
    }
  }

  #begin(version: unknown): Promise<void> {
    const done = this.#wait(version).finally(() => {
      if (this.#running?.done === done) this.#running = undefined;
    });
    this.#running = { version, done };
    return done;
  }

  async #wait(version: unknown): Promise<void> {
    try {
      this.#file ??= openSync(this.#log, 'r+');
      this.#requireInPlace(this.#file);
      // What the system could not write once it may take for written afterwards: only written again it is sure.
      if (this.#failed !== undefined) this.#repair();
      await this.#sync.aside(this.#file);
      this.#reached = version;
      this.#failed = undefined;
    } catch (cause) {
      this.#failed = cause;
      if (cause instanceof CustosError && cause.code === 'STORE_UNREACHABLE') throw cause;
      throw new CustosError('STORE_FULL', 'the disk did not take what was written to the store', { cause });
    }
  }

  /**
   * A file that was deleted, or has another in its place, still takes what is written, and nobody finds it there again: the next
   * process would sign anew what this one recorded.
   * @throws CustosError STORE_UNREACHABLE
   */
  #requireInPlace(file: number): void {
    try {
      if (nameOf(this.#path) === this.#store && nameOf(this.#log) === nameOf(file)) return;
    } catch {
      // A path without a file.
    }
    const text = `${this.#path} or ${this.#log} was deleted, moved or replaced while this process had it open`;
    throw new CustosError('STORE_UNREACHABLE', text);
  }

  /**
   * The number of the last commit of anybody else that the reader sees: it sees all of them, because others write.
   * @throws CustosError STORE_*
   */
  #seen(): unknown {
    try {
      const [row] = this.#version.all();
      return Object.values(row as object)[0];
    } catch (error) {
      throw databaseError(error);
    }
  }
}
