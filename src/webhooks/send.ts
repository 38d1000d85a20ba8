import { Agent as PlainAgent, request as plain, type RequestOptions } from 'node:http';
import { Agent as SecureAgent, request as secure } from 'node:https';
import type { Target } from './target.js';

/** Milliseconds for one try, from connecting to the end of the answer. */
const LIMIT = 15_000;
/** Milliseconds for which a connection waits for the next message: less than receivers usually wait. */
const IDLE = 1000;
/** Bytes of an answer that are read away, so that its connection can be used again. */
const ANSWER_LIMIT = 65_536;

/** A message that is ready to go. */
export interface Letter {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Addresses of one receiver whose connections are kept. */
const MOST_PLACES = 8;

/** Posts messages to one receiver, over connections that are used again for the same address. */
export class Line {
  /** By address: a name may lead to several in turn, and what is on its way to one goes on when the next has another. */
  readonly #agents = new Map<string, PlainAgent>();
  readonly #end = new AbortController();

  /**
   * Posts to an address that is fixed. Redirects are not followed, and what the answer says is not looked at.
   * @returns the status; undefined: there was no answer
   */
  async post(target: Target, letter: Letter): Promise<number | undefined> {
    const came = await send(target, letter, { agent: this.#agentFor(target), signal: this.#end.signal });
    // The receiver closed a connection that waited, while the message was on its way.
    return came === 'closed' ? this.#afresh(target, letter) : came;
  }

  /** Whoever waits for an answer gets none. */
  cut(): void {
    this.#end.abort();
    this.close();
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  async #afresh(target: Target, letter: Letter): Promise<number | undefined> {
    const came = await send(target, letter, { agent: false, signal: this.#end.signal });
    return came === 'closed' ? undefined : came;
  }

  #agentFor({ url, address }: Target): PlainAgent {
    const place = `${url.protocol} ${url.host} ${address}`;
    const options = { keepAlive: true, timeout: IDLE };
    const known = this.#agents.get(place);
    const agent = known ?? (url.protocol === 'https:' ? new SecureAgent(options) : new PlainAgent(options));
    this.#agents.set(place, agent);
    // One that is forgotten ends by itself: its connections wait no longer than `IDLE`.
    const oldest = this.#agents.keys().next().value;
    if (this.#agents.size > MOST_PLACES && oldest !== undefined) this.#agents.delete(oldest);
    return agent;
  }
}

function send(
  { url, address, family }: Target,
  { body, headers }: Letter,
  { agent, signal }: { readonly agent: PlainAgent | false; readonly signal: AbortSignal },
): Promise<number | 'closed' | undefined> {
  return new Promise((resolve) => {
    const options: RequestOptions = {
      ...{ method: 'POST', agent, signal, maxHeaderSize: 16_384 },
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'custos',
      },
      lookup: (_host, { all }, found) =>
        all === true ? found(null, [{ address, family }]) : found(null, address, family),
    };
    const request = (url.protocol === 'https:' ? secure : plain)(url, options);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      request.destroy(new Error('no answer in time'));
    }, LIMIT);
    request.on('response', (answer) => {
      resolve(answer.statusCode);
      let read = 0;
      answer.on('data', (part: Buffer) => {
        read += part.length;
        if (read > ANSWER_LIMIT) request.destroy();
      });
      answer.on('error', () => undefined);
    });
    request.on('error', () => resolve(request.reusedSocket && !isLate ? 'closed' : undefined));
    request.on('close', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
    request.end(body);
  });
}
