import { type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { CustosError } from '../core/errors.js';
import type { Connections } from './connections.js';
import { HEADER_BYTES } from './limits.js';

/**
 * Answers a request that the HTTP parser refuses (RFC 9112: two lengths, a length with a transfer coding, a bare CR …), that
 * has too large a header, or that does not arrive in time. Then ends the connection, because the start of its next request is
 * unknown.
 */
export function refuseMalformed(
  server: Server,
  connections: Connections,
  refuse: (error: CustosError) => Response,
): void {
  server.on('clientError', (error: NodeJS.ErrnoException, connection: Duplex) => {
    // The client is gone, did not get through the handshake of TLS, or would mistake this answer for that to an earlier request.
    if (!connection.writable || /^ERR_(SSL|TLS)_/.test(error.code ?? '') || !connections.isFree(connection)) {
      connection.destroy();
      return;
    }
    void write(connection, refuse(refusalOf(error)));
  });
}

/** By the codes of Node's parser; `reason` is its text about the fault, which does not quote the request. */
function refusalOf(error: NodeJS.ErrnoException & { readonly reason?: unknown }): CustosError {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new CustosError('REQUEST_INCOMPLETE', 'the request did not arrive in time');
  }
  if (error.code === 'HPE_INVALID_EOF_STATE') {
    return new CustosError('REQUEST_INCOMPLETE', 'the request stops before its end');
  }
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    return new CustosError('REQUEST_HEADER_TOO_LARGE', `the header has more than ${HEADER_BYTES} bytes`);
  }
  if (error.code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') {
    return new CustosError('REQUEST_TOO_LARGE', 'the extensions of a chunk are too large');
  }
  const reason = typeof error.reason === 'string' ? error.reason : String(error.code);
  return new CustosError('REQUEST_INVALID', `the request is not valid HTTP: ${reason}`);
}

async function write(connection: Duplex, answer: Response): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer());
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const line = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\n`;
  connection.write(`${line}${headers}content-length: ${body.length}\r\nconnection: close\r\n\r\n`);
  connection.end(body, () => connection.destroy());
}
