import { randomBytes } from 'node:crypto';
import { lstatSync, type Stats, unlinkSync } from 'node:fs';
import { chmod, lstat, rename } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { CustosError } from '../../core/errors.js';
import { checkSocketPlace, isSocketPath, unsafe } from './socket-place.js';

/** Connections of fronts at the same time. */
const MOST_FRONTS = 64;
/** Milliseconds between two looks at what lies at the path. */
const LOOK = 1_000;

export interface SocketOptions {
  /** Absolute path of the socket. */
  readonly path: string;
  /** The group of the socket may connect too (0660), not only its user (0600). */
  readonly forGroup: boolean;
  /** Milliseconds between two looks at what lies at the path. */
  readonly every?: number;
  onFront(stream: Socket): void;
}

/** A Unix socket while it listens. */
export interface PrivateSocket {
  /** Resolves when something else has taken its place: nobody reaches this one any more. */
  readonly lost: Promise<CustosError>;
  /** Takes no new connections. @param done - called when the last connection has ended */
  close(done?: () => void): void;
}

interface Listening {
  readonly server: Server;
  readonly file: Stats;
}

/**
 * Listens on a Unix socket that only its user, or its group too, can connect to. A socket that a killed signer left behind is
 * replaced, and one that somebody removes is made again.
 * @throws CustosError SOCKET_UNSAFE, SIGNER_RUNNING
 */
export async function listenPrivately(options: SocketOptions): Promise<PrivateSocket> {
  const { path, every = LOOK } = options;
  await checkSocketPlace(path);
  if (await isTaken(path)) await requireStale(path);
  let listening = await listenAt(options);
  let isOver = false;
  let tellLost: (error: CustosError) => void = () => undefined;
  const lost = new Promise<CustosError>((resolve) => {
    tellLost = resolve;
  });

  const look = async (): Promise<void> => {
    const there = await lstat(path).catch(() => undefined);
    if (isOver || isSame(there, listening.file)) return;
    if (there !== undefined) return tellLost(taken(path));
    const again = await listenAt(options);
    // Connections that are there go on.
    listening.server.close();
    listening = again;
    if (isOver) end();
  };

  const end = (done?: () => void): void => {
    isOver = true;
    removeOwn(path, listening.file);
    listening.server.close(() => done?.());
  };

  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    // A place that cannot be listened on may come back.
    const done = () => {
      isLooking = false;
    };
    look().then(done, done);
  }, every).unref();
  return {
    lost,
    close(done) {
      clearInterval(timer);
      end(done);
    },
  };
}

/**
 * The socket is made under another name and moved to its path, so that it is never there half made. When its server is closed, the
 * system removes that other name; by its path it would remove whatever lies there by then, also the socket of another signer.
 */
async function listenAt({ path, forGroup, onFront }: SocketOptions): Promise<Listening> {
  const made = join(dirname(path), `.${randomBytes(4).toString('hex')}`);
  if (!isSocketPath(made)) throw unsafe(`the directory of ${path} is too long for a socket`);
  const server = createServer(onFront);
  server.maxConnections = MOST_FRONTS;
  await bound(server, made, path);
  try {
    if (forGroup) await chmod(made, 0o660);
    const file = await lstat(made);
    await rename(made, path);
    return { server, file };
  } catch (cause) {
    server.close();
    throw unsafe(`${path} cannot be listened on`, cause);
  }
}

async function isTaken(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return false;
  if (!found.isSocket()) throw unsafe(`${path} is there already and not a socket`);
  return true;
}

async function requireStale(path: string): Promise<void> {
  const isDead = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    // Only a refusal shows that the listener is gone: a busy one answers with other errors.
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
    probe.once('connect', () => resolve(false));
    probe.once('connect', () => probe.destroy());
  });
  if (!isDead) throw taken(path);
}

function bound(server: Server, made: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(unsafe(`${path} cannot be listened on`, cause)));
    // The socket is made within this call, so it never has a mode that lets others connect.
    const mask = process.umask(0o177);
    try {
      server.listen(made, () => resolve());
    } finally {
      process.umask(mask);
    }
  });
}

/** At once, because the process may end right after this. */
function removeOwn(path: string, file: Stats): void {
  try {
    if (isSame(lstatSync(path, { throwIfNoEntry: false }), file)) unlinkSync(path);
  } catch {
    // What is left behind is replaced by whoever listens there next.
  }
}

function isSame(one: Stats | undefined, other: Stats): boolean {
  return one?.ino === other.ino && one.dev === other.dev;
}

function taken(path: string): CustosError {
  return new CustosError('SIGNER_RUNNING', `another signer listens at ${path}`);
}
