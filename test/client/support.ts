import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach } from 'vitest';

/** A request as it arrived. */
export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request. */
export interface Said {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A server that answers what a test wants, in that order; the last answer stays. */
export class Saying {
  url = '';
  readonly arrived: Arrived[] = [];
  /** `undefined` breaks the connection; `never` says nothing; `endless` begins and does not end. */
  answers: (Said | undefined | 'never' | 'endless')[] = [];
  #server = createServer((request, response) => void this.#answer(request, response));

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const part of request) body += String(part);
    const { method = '', url: path = '', headers } = request;
    const said = this.answers[Math.min(this.arrived.length, this.answers.length - 1)];
    this.arrived.push({ method, path, headers, body });
    if (said === 'never') return;
    if (said === undefined) {
      request.socket.destroy();
      return;
    }
    if (said === 'endless') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n');
      return;
    }
    const isText = typeof said.body === 'string';
    response.writeHead(said.status, { 'content-type': 'application/json', ...said.headers });
    response.end(isText ? said.body : said.body === undefined ? '' : JSON.stringify(said.body));
  }
}

/** A fresh one for each test of the file that calls this. */
export function freshSaying(): () => Saying {
  let saying: Saying;
  beforeEach(async () => {
    saying = new Saying();
    await saying.open();
  });
  afterEach(() => saying.close());
  return () => saying;
}

/** A refusal of the server. */
export function refusal(status: number, code: string, more: object = {}): Said {
  return { status, body: { code, status, detail: `says ${code}`, retryable: false, ...more } };
}

/** A transaction as the API shows it. */
export function shownTransaction(more: object = {}): object {
  return {
    ...{ id: '6748710000000000000000aa', state: 'claimed', kind: 'transaction', chain: 'ETH', network: 'testnet' },
    ...{ wallets: [], summary: null, digest: null, sender: null, nonce: null, txId: null, error: null },
    ...{ reference: null, delivery: 'broadcast', signed: null, expiresAt: null },
    ...{ createdAt: '2026-11-29T00:00:00.000Z', updatedAt: '2026-11-29T00:00:00.000Z' },
    ...more,
  };
}
