const reasons: Readonly<Record<string, string>> = {
  EISDIR: 'it is a directory; a mount of a file that did not exist makes one',
  ENOENT: 'it does not exist',
  EACCES: 'this user may not read it',
};

/**
 * Why a file of the operator cannot be read, for the end of a message.
 * @param thrown - by the file system
 * @param user - id of the user of this process; in a container it has no name, and the file often belongs to another one
 */
export function whyUnreadable(thrown: unknown, user: number | undefined): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
  const reason = reasons[code] ?? code;
  return code === 'EACCES' && user !== undefined ? `${reason}: user ${user}` : reason;
}
