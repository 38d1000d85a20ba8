import { lstat, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CustosError } from '../../core/errors.js';

/** Bits of a mode that let the group or others write. */
const FOREIGN_WRITE = 0o022;
const STICKY = 0o1000;
/** Bytes that the system takes for the path of a socket. Node cuts a longer one and uses another place without a word. */
const LONGEST_PATH = 107;

/** A directory on the way to a socket. */
export interface Step {
  readonly at: string;
  readonly uid: number;
  readonly mode: number;
}

/** False for a path that is too long for a socket. */
export function isSocketPath(path: string): boolean {
  return Buffer.byteLength(path) <= LONGEST_PATH;
}

/**
 * Checks, before a signer listens, that only its user and root can put another file in the place of its socket.
 * @throws CustosError SOCKET_UNSAFE: a directory on the way belongs to another user, or others may write to it
 */
export async function checkSocketPlace(path: string): Promise<void> {
  if (!isSocketPath(path)) throw unsafe(`${path} is too long for a socket`);
  const directory = await realpath(dirname(path)).catch((cause: unknown) => {
    throw unsafe(`the directory ${dirname(path)} cannot be read`, cause);
  });
  const steps = await stepsUp(directory);
  refuse(foreignIn(steps, ownUser()) ?? openIn(steps));
}

/**
 * Checks, before a front connects, that the socket can only be one that the signer's user made. The front does not know that
 * user, so it may be any one to whom root, or the front's own user, gave the directory of the socket.
 * @throws CustosError SOCKET_UNSAFE; SIGNER_UNREACHABLE: there is no such directory (yet)
 */
export async function checkSignerPlace(path: string): Promise<void> {
  const directory = await realpath(dirname(path)).catch((cause: unknown) => {
    throw new CustosError('SIGNER_UNREACHABLE', `the directory ${dirname(path)} cannot be read`, { cause });
  });
  refuse(signerPlaceFault(await stepsUp(directory), ownUser()));
  // A link may lead to a place that was not checked. Without any file, connecting says so.
  const found = await lstat(path).catch(() => undefined);
  if (found !== undefined && !found.isSocket()) throw unsafe(`${path} is not a socket`);
}

/** @param steps - the directory of the socket first, the root last @param own - the front's user */
export function signerPlaceFault(steps: readonly Step[], own: number): string | undefined {
  const [home, ...above] = steps;
  if (home === undefined || home.uid === own || home.uid === 0) return foreignIn(steps, own) ?? openIn(steps);
  // Where others may add names, as in /tmp, any user may have made this directory and the socket in it.
  return foreignIn(above, own) ?? openIn(steps, 'not even to add names');
}

function foreignIn(steps: readonly Step[], own: number): string | undefined {
  const foreign = steps.find(({ uid }) => uid !== own && uid !== 0);
  return foreign && `the directory ${foreign.at} belongs to another user`;
}

/** In a directory above that of the socket others may only be able to add names, unless even that is too much. */
function openIn(steps: readonly Step[], above: 'to add names' | 'not even to add names' = 'to add names') {
  const open = steps.find(({ mode }, height) => {
    const isSticky = height > 0 && above === 'to add names' && (mode & STICKY) !== 0;
    return (mode & FOREIGN_WRITE) !== 0 && !isSticky;
  });
  return open && `others may write to the directory ${open.at}`;
}

/** Root owns everything on systems without users. */
function ownUser(): number {
  return process.geteuid?.() ?? 0;
}

/** From the directory of the socket, where it really is, to the root. */
async function stepsUp(directory: string): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (let at = directory; ; at = dirname(at)) {
    const { uid, mode } = await lstat(at);
    steps.push({ at, uid, mode });
    if (dirname(at) === at) return steps;
  }
}

function refuse(fault: string | undefined): void {
  if (fault !== undefined) throw unsafe(fault);
}

export function unsafe(text: string, cause?: unknown): CustosError {
  return new CustosError('SOCKET_UNSAFE', text, { cause });
}
