import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keccak256 } from 'viem';
import { type Replay, Replayer } from './replayer.js';

/** A request as it arrived. `body` is the parsed JSON, or the text where it is none. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/**
 * What comes instead of the usual answer. `half` sends half of the body and then closes the connection; `hold` answers as
 * usual, but not before the promise resolves.
 */
export type Fault =
  | {
      readonly kind: 'answer';
      readonly status?: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  | { readonly kind: 'half'; readonly body: string }
  | { readonly kind: 'hold'; readonly release: Promise<void> }
  | { readonly kind: 'hang' }
  | { readonly kind: 'close' };

export interface Broadcast {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Report {
  readonly signatureId: string;
  readonly error: string;
}

interface Failing {
  readonly prefix: string;
  readonly fault: Fault;
  left: number;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A cloud on loopback that says what a test tells it to say, and remembers everything that it was asked. */
export class StubCloud {
  readonly requests: ReceivedRequest[] = [];
  /** Broadcasts that were answered with success. */
  readonly broadcasts: Broadcast[] = [];
  /** Bodies of the error reports. */
  readonly batches: { readonly errors: readonly Report[] }[] = [];
  /** `PUT /v3/kms/{id}/{txId}`: what the client closed by itself. */
  readonly closed: { readonly id: string; readonly txId: string }[] = [];
  /** What the four-eye service beside the cloud was asked. */
  readonly approvals: ReceivedRequest[] = [];
  approveStatus = 200;
  /** Signs what the four-eye service answers. */
  approveSecret: string | undefined;
  /** Goes on listing what was broadcast, as a cloud that missed it would. */
  keepPending = false;
  readonly #server;
  readonly #queues = new Map<string, unknown[]>();
  readonly #failing = new Set<Failing>();
  readonly #replayer = new Replayer();
  readonly #waiting = new Set<() => void>();
  readonly #sent = new Map<string, string>();

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get approveUrl(): string {
    return `${this.url}/approve`;
  }

  /** Errors of all reports, in order. */
  get reports(): readonly Report[] {
    return this.batches.flatMap(({ errors }) => errors);
  }

  /** Questions to nodes that nothing here answers. */
  get unanswered(): readonly string[] {
    return this.#replayer.unanswered;
  }

  /** The pending transactions of a chain; elements may be anything. */
  queue(chain: string): unknown[] {
    const found = this.#queues.get(chain) ?? [];
    this.#queues.set(chain, found);
    return found;
  }

  /** Answers the questions of one recorded transaction, until it is broadcast. */
  replay(recording: Replay): void {
    this.#replayer.add(recording);
  }

  /** Sets what a JSON-RPC method (of every chain) or a path is answered with. */
  answer(methodOrPath: string, value: unknown): void {
    this.#replayer.set(methodOrPath, value);
  }

  /** Answers requests whose path begins so with a fault, as often as said. @returns ends it */
  fail(prefix: string, fault: Fault, times = Number.POSITIVE_INFINITY): () => void {
    const entry: Failing = { prefix, fault, left: times };
    this.#failing.add(entry);
    return () => void this.#failing.delete(entry);
  }

  /** Requests whose path begins so. */
  received(prefix: string): readonly ReceivedRequest[] {
    return this.requests.filter(({ path }) => path.startsWith(prefix));
  }

  /** Resolves as soon as the condition holds; it is looked at after each request. The limit only ends a test that would hang. */
  until(condition: () => boolean, limit = 280_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`not within ${limit} ms; received: ${this.requests.map(({ path }) => path).join(' ')}`));
      }, limit);
      this.#waiting.add(look);
      look();
    });
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const received = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
    this.requests.push(received);
    const failing = [...this.#failing].find(({ prefix, left }) => left > 0 && received.path.startsWith(prefix));
    if (failing?.fault.kind === 'hold') {
      failing.left -= 1;
      for (const look of this.#waiting) look();
      await failing.fault.release;
    }
    if (failing === undefined || failing.fault.kind === 'hold') {
      const answer = this.#route(received);
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
    } else {
      failing.left -= 1;
      spoil(response, failing.fault);
    }
    for (const look of this.#waiting) look();
  }

  #route(received: ReceivedRequest): Answer {
    const { method, path, body } = received;
    if (path.startsWith('/approve')) {
      this.approvals.push(received);
      return { status: this.approveStatus, ...this.#approval(received) };
    }
    const [, chain] = /^\/v3\/kms\/pending\/([^/?]+)/.exec(path) ?? [];
    if (chain !== undefined) return { status: 200, body: this.queue(chain) };
    if (path === '/v3/tatum/kms/batch') {
      this.batches.push(body as { errors: Report[] });
      return { status: 204 };
    }
    // A broadcast that closes nothing is a question like any other (Flow tells of its proposal key that way).
    const isClosing = typeof body === 'object' && body !== null && 'signatureId' in body;
    if (path.endsWith('/broadcast') && isClosing) return this.#broadcast(path, body as Broadcast['body']);
    if (path.startsWith('/v3/kms/')) return this.#queueOperation(method, path);
    const answer = this.#replayer.answer(method, path, body);
    if (answer === undefined) return { status: 404, body: { errorCode: 'not.recorded', message: 'not recorded' } };
    return { status: 200, body: answer };
  }

  /** In the form of Tatum KMS the status says it all; a question by POST gets its decision, a signed one where there is a secret. */
  #approval({ method, headers, body }: ReceivedRequest): Omit<Answer, 'status'> {
    const isYes = this.approveStatus === 200;
    const named = method === 'POST' ? (body as { digest?: string; nonce?: string }) : {};
    const { digest = headers['x-custos-digest'], nonce = headers['x-custos-nonce'] } = named;
    const decision = isYes ? 'APPROVE' : 'REJECT';
    const signed =
      this.approveSecret === undefined ? {} : signedAnswer(this.approveSecret, `${nonce}.${digest}.${decision}`);
    return { body: method === 'POST' && isYes ? { decision } : {}, headers: signed };
  }

  #broadcast(path: string, body: Broadcast['body']): Answer {
    const id = String(body['signatureId']);
    const text = String(body['txData']);
    const txId = /^0x/.test(text) ? keccak256(text as `0x${string}`) : createHash('sha256').update(text).digest('hex');
    this.broadcasts.push({ path, body });
    this.#sent.set(id, txId);
    this.#replayer.done(id);
    if (!this.keepPending) {
      for (const [chain, elements] of this.#queues) {
        this.#queues.set(
          chain,
          elements.filter((element) => idOf(element) !== id),
        );
      }
    }
    return { status: 200, body: { txId } };
  }

  #queueOperation(method: string, path: string): Answer {
    const [id = '', txId] = path.slice('/v3/kms/'.length).split('/').map(decodeURIComponent);
    if (method === 'PUT' && txId !== undefined) {
      this.closed.push({ id, txId });
      return { status: 204 };
    }
    const listed = [...this.#queues.values()].flat().find((element) => idOf(element) === id);
    if (listed !== undefined) return { status: 200, body: listed };
    const known = this.#sent.get(id);
    if (known !== undefined) return { status: 200, body: { id, txId: known } };
    return { status: 403, body: { errorCode: 'kms.missing', message: 'no such pending transaction' } };
  }
}

export async function startStubCloud(): Promise<StubCloud> {
  const stub = new StubCloud();
  await stub.listen();
  return stub;
}

/** Headers of a four-eye answer, signed at this moment. @param rest - `<nonce>.<digest>.<decision>` */
function signedAnswer(secret: string, rest: string, time: number = Date.now()): Record<string, string> {
  const signature = createHmac('sha256', secret).update(`${time}.${rest}`).digest('hex');
  return { 'x-custos-timestamp': String(time), 'x-custos-signature': signature };
}

function idOf(element: unknown): unknown {
  return typeof element === 'object' && element !== null && 'id' in element ? element.id : undefined;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function spoil(response: ServerResponse, fault: Fault): void {
  const json = { 'content-type': 'application/json' };
  if (fault.kind === 'answer') {
    response.writeHead(fault.status ?? 200, { ...json, ...fault.headers });
    response.end(fault.body ?? '');
  } else if (fault.kind === 'half') {
    response.writeHead(200, { ...json, 'content-length': String(Buffer.byteLength(fault.body)) });
    response.write(fault.body.slice(0, fault.body.length / 2), () => response.destroy());
  } else if (fault.kind === 'close') {
    response.destroy();
  }
}
