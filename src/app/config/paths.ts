import { userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** @returns the home directory, absolute, or undefined if neither HOME nor the system's list of users names one */
export function homeDirectory({ HOME: given = '' }: Readonly<Record<string, string | undefined>>): string | undefined {
  if (isAbsolute(given)) return given;
  try {
    const { homedir } = userInfo();
    return isAbsolute(homedir) ? homedir : undefined;
  } catch {
    // A user id without a name, as containers have it, has no home.
    return undefined;
  }
}

/**
 * Where a database is: a path is made absolute, so that it names the same file wherever it is used.
 * @returns empty if it is not given and there is no home directory for the default
 */
export function absolute(
  given: string | undefined,
  { home, name }: { readonly home: string | undefined; readonly name: string },
): string {
  if (given === undefined) return home === undefined ? '' : join(home, '.custos', name);
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : resolve(given);
}
