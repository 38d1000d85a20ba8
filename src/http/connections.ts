import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** The open connections of one server. */
export interface Connections {
  /**
   * True where an answer to what arrived last cannot be taken for the answer to an earlier request: no request is in work on
   * the connection, or only the one that is not complete yet.
   */
  isFree(connection: Duplex): boolean;
  /** Ends every connection as soon as no request is in work on it. */
  drain(): void;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Keeps the number of open connections below a limit, so that a new client is always heard. At the limit a connection makes
 * room on which no request is in work: the one that has waited longest, of those that never brought a request or of those that
 * wait for the next one, whichever are more. So neither kind can crowd out the other. Only where all are in work, the new one
 * is cut.
 * @param onCut - is called for each connection that is cut
 */
export function limitConnections(server: Server, limit: number, onCut: () => void): Connections {
  // Sets keep the order of insertion: whoever waits longest is first.
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
