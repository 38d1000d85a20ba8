import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { CustosError } from '../../core/errors.js';
import { checkSocketPlace, unsafe } from './socket-place.js';

/** Connections of fronts at the same time. */
const MOST_FRONTS = 64;

export interface SocketOptions {
  /** Absolute path of the socket. */
  readonly path: string;
  /** The group of the socket may connect too (0660), not only its user (0600). */
  readonly forGroup: boolean;
  onFront(stream: Socket): void;
}

/**
 * Listens on a Unix socket that only its user, or its group too, can connect to. A socket that a killed signer left behind is
 * replaced.
 * @throws CustosError SOCKET_UNSAFE, SIGNER_RUNNING
 */
export async function listenPrivately({ path, forGroup, onFront }: SocketOptions): Promise<Server> {
  await checkSocketPlace(path);
  if (await isTaken(path)) await removeStale(path);
  const server = createServer(onFront);
  server.maxConnections = MOST_FRONTS;
  await bound(server, path);
  if (forGroup) await chmod(path, 0o660);
  return server;
}

async function isTaken(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return false;
  if (!found.isSocket()) throw unsafe(`${path} is there already and not a socket`);
  return true;
}

async function removeStale(path: string): Promise<void> {
  const isDead = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    // Only a refusal shows that the listener is gone: a busy one answers with other errors.
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
    probe.once('connect', () => resolve(false));
    probe.once('connect', () => probe.destroy());
  });
  if (!isDead) throw new CustosError('SIGNER_RUNNING', `another signer listens at ${path}`);
  await unlink(path).catch((cause: unknown) => {
    throw unsafe(`the old socket ${path} cannot be removed`, cause);
  });
}

function bound(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(unsafe(`${path} cannot be listened on`, cause)));
    // The socket is made within this call, so it never has a mode that lets others connect.
    const mask = process.umask(0o177);
    try {
      server.listen(join(path), () => resolve());
    } finally {
      process.umask(mask);
    }
  });
}
