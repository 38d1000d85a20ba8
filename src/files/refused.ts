import { CustosError, type ErrorCode } from '../core/errors.js';

const DIRECTORY = 'it is a directory; a mount of a file that did not exist makes one';
const reasons: Readonly<Record<string, string>> = {
  EISDIR: DIRECTORY,
  ENOENT: 'it does not exist',
  EACCES: 'this user may not read it',
  ENXIO: 'it is a socket, or a device that is not there',
};

/** A file that a person named and that is not read. @param why - for the end of the message */
export function unreadable(path: string, why: string, cause?: unknown): CustosError {
  return new CustosError('FILE_UNREADABLE', `${path} cannot be read (${why})`, { cause });
}

/** Opening a directory is no error of the file system, only reading it is. */
export function refusedDirectory(path: string): CustosError {
  return unreadable(path, DIRECTORY);
}

/**
 * The same for what the file system says. In a container a user has no name, and the file often belongs to another one.
 * @param cause - thrown by the file system
 */
export function refusedBySystem(path: string, cause: unknown): CustosError {
  const code = systemCode(cause) ?? 'unknown';
  const reason = reasons[code] ?? code;
  const user = process.geteuid?.();
  return unreadable(path, code === 'EACCES' && user !== undefined ? `${reason}: user ${user}` : reason, cause);
}

/**
 * For `catch`: throws the error under the code of what the file is for.
 * @param what - stands before the path, for example `the password file `
 */
export function refusedAs(code: ErrorCode, what = ''): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof CustosError) || error.code !== 'FILE_UNREADABLE') throw error;
    throw new CustosError(code, `${what}${error.message}`, { cause: error.cause });
  };
}

/** True if a file was not read because nothing has its name. */
export function isMissing(error: unknown): boolean {
  return error instanceof CustosError && error.code === 'FILE_UNREADABLE' && systemCode(error.cause) === 'ENOENT';
}

/** The code of an error of the file system, such as `ENOENT`. */
export function systemCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
}
