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

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
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
  const inWork = new Map<Duplex, Set<Exchange>>();
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
    socket.once('close', () => forget(socket));
    if (silent.size + waiting.size + inWork.size >= limit)
      cut(first(silent.size > waiting.size ? silent : waiting) ?? socket);
    if (!socket.destroyed) silent.add(socket);
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const exchange = { request, response };
    const exchanges = inWork.get(socket) ?? new Set();
    silent.delete(socket);
    waiting.delete(socket);
    inWork.set(socket, exchanges.add(exchange));
    response.once('close', () => {
      exchanges.delete(exchange);
      if (exchanges.size > 0 || !inWork.delete(socket)) return;
      if (isDraining) socket.destroySoon();
      else if (!socket.destroyed) waiting.add(socket);
    });
  });
  return {
    isFree: (connection) => [...(inWork.get(connection) ?? [])].every(isIncomplete),
    drain() {
      isDraining = true;
      for (const socket of [...silent, ...waiting]) socket.destroy();
    },
  };
}

function isIncomplete({ request, response }: Exchange): boolean {
  return !request.complete && !response.headersSent;
}

function first(sockets: ReadonlySet<Socket>): Socket | undefined {
  return sockets.values().next().value;
}
