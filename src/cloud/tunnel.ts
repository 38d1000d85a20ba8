import { request as requestPlain } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { Socket } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import type { WebProxy } from '../core/network/proxy.js';

/** How long a proxy may take to open a tunnel, in milliseconds. */
const PATIENCE = 10_000;

/** A proxy that did not open a tunnel. Only the code of the failure is kept. */
class ProxyFault extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

type Connected = NonNullable<Parameters<TlsAgent['createConnection']>[1]>;

/** Connections to https servers through a proxy: CONNECT (RFC 9110, 9.3.6), then TLS with the server itself. They are kept like all others. */
export class TunnelAgent extends TlsAgent {
  readonly #proxy: WebProxy;

  constructor(proxy: WebProxy, options: { readonly keepAlive: boolean; readonly timeout: number }) {
    super(options);
    this.#proxy = proxy;
  }

  // Node's agent calls this for each new connection and gets the socket through the callback.
  override createConnection(options: ConnectionOptions, connected?: Connected): undefined {
    const { protocol, host, port, authorization } = this.#proxy;
    const target = `${options.host?.includes(':') === true ? `[${options.host}]` : options.host}:${options.port}`;
    const headers = { host: target, ...(authorization !== undefined && { 'proxy-authorization': authorization }) };
    // The types require a stream next to the error; it is not used.
    const fail = (code: string) => connected?.(new ProxyFault(code), new Socket().destroy());
    const ask = protocol === 'https:' ? requestTls : requestPlain;
    const asked = ask({ host, port, method: 'CONNECT', path: target, headers, agent: false, timeout: PATIENCE });
    asked.once('connect', (response, socket: Socket) => {
      if (response.statusCode !== 200) {
        socket.destroy();
        fail(`PROXY_STATUS_${response.statusCode}`);
        return;
      }
      socket.setTimeout(0);
      connected?.(null, connect({ ...options, socket }));
    });
    asked.once('response', (response) => {
      response.destroy();
      fail(`PROXY_STATUS_${response.statusCode}`);
    });
    asked.once('timeout', () => asked.destroy(new ProxyFault('PROXY_TIMEOUT')));
    asked.once('error', (error) => {
      if (error instanceof ProxyFault) fail(error.code);
      else fail('code' in error ? `PROXY_${error.code}` : 'PROXY_FAILED');
    });
    asked.end();
    return undefined;
  }
}
