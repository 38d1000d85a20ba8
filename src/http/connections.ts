import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** The open connections of one server. */
export interface Connections {
  /**
   * True if an answer to the latest data cannot be mistaken for the answer to an earlier request: no request is running on
   * the connection, or only the one that is not complete yet.
   */
  isFree(connection: Duplex): boolean;
  /** Ends every connection as soon as no request is running on it. */
  drain(): void;
}

/**
 * Keeps the number of open connections below a limit, so that a new client can always connect. At the limit an idle connection
 * is cut. There are two kinds: those that never had a request, and those that wait for the next one. The longest idle one of
 * the larger kind is cut, so that neither kind can crowd out the other. Only if all connections are busy is the new one cut.
 * @param onCut - is called for each connection that is cut
 */
export function limitConnections(server: Server, limit: number, onCut: () => void): Connections {
  // Sets keep the order of insertion, so the longest waiting one is first.
  const silent = new Set<Socket>();
  const waiting = new Set<Socket>();
  /** Answers that are not written yet; nearly always one. */
  const inWork = new Map<Duplex, readonly ServerResponse[]>();
  // Requests of TLS come on a socket of their own, over the connection that is counted.
  const below = new WeakMap<Duplex, Socket>();
  const byPlace = new Map<string, Socket>();
  const counted = <T extends Duplex>(socket: T) => below.get(socket) ?? socket;
  let isDraining = false;
  const forget = (socket: Socket) => {
    silent.delete(socket);
    waiting.delete(socket);
    inWork.delete(socket);
  };
  const cut = (socket: Socket) => {
    forget(socket);
    socket.destroy();
    onCut();
  };
  server.on('connection', (socket: Socket) => {
    const place = placeOf(socket);
    byPlace.set(place, socket);
    socket.once('close', () => {
      forget(socket);
      if (byPlace.get(place) === socket) byPlace.delete(place);
    });
    if (silent.size + waiting.size + inWork.size >= limit)
      cut(first(silent.size > waiting.size ? silent : waiting) ?? socket);
    if (!socket.destroyed) silent.add(socket);
  });
  server.on('secureConnection', (secure: Socket) => {
    const socket = byPlace.get(placeOf(secure));
    if (socket !== undefined) below.set(secure, socket);
  });
  // One function for all answers, of which each tells its end once: what is made for each request is paid for by each.
  function ended(this: ServerResponse) {
    const socket = counted(this.req.socket);
    const others = inWork.get(socket)?.filter((one) => one !== this) ?? [];
    if (others.length > 0) inWork.set(socket, others);
    if (others.length > 0 || !inWork.delete(socket)) return;
    if (isDraining) this.req.socket.destroySoon();
    else if (!socket.destroyed) waiting.add(socket);
  }
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const socket = counted(request.socket);
    const others = inWork.get(socket);
    if (!waiting.delete(socket)) silent.delete(socket);
    inWork.set(socket, others === undefined ? [response] : [...others, response]);
    response.on('close', ended);
  });
  return {
    isFree: (connection) => [...(inWork.get(counted(connection)) ?? [])].every(isIncomplete),
    drain() {
      isDraining = true;
      for (const socket of [...silent, ...waiting]) socket.destroy();
    },
  };
}

/** The other end: no two open connections to one port have the same. */
function placeOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function isIncomplete({ req, headersSent }: ServerResponse): boolean {
  return !req.complete && !headersSent;
}

function first(sockets: ReadonlySet<Socket>): Socket | undefined {
  return sockets.values().next().value;
}
