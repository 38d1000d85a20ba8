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

/** Posts messages to one receiver, over connections that are used again as long as its address stays the same. */
export class Line {
  #agent: PlainAgent | undefined;
  #place = '';

  /**
   * Posts to an address that is fixed. Redirects are not followed, and what the answer says is not looked at.
   * @returns the status; undefined: there was no answer
   */
  async post(target: Target, letter: Letter): Promise<number | undefined> {
    const came = await send(target, letter, this.#agentFor(target));
    // The receiver closed a connection that waited, while the message was on its way.
    return came === 'closed' ? this.#afresh(target, letter) : came;
  }

  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  async #afresh(target: Target, letter: Letter): Promise<number | undefined> {
    const came = await send(target, letter, false);
    return came === 'closed' ? undefined : came;
  }

  #agentFor({ url, address }: Target): PlainAgent {
    const place = `${url.protocol} ${url.host} ${address}`;
    if (place !== this.#place) this.close();
    this.#place = place;
    const options = { keepAlive: true, timeout: IDLE };
    this.#agent ??= url.protocol === 'https:' ? new SecureAgent(options) : new PlainAgent(options);
    return this.#agent;
  }
}

function send(
  { url, address, family }: Target,
  { body, headers }: Letter,
  agent: PlainAgent | false,
): Promise<number | 'closed' | undefined> {
  return new Promise((resolve) => {
    const options: RequestOptions = {
      ...{ method: 'POST', agent, maxHeaderSize: 16_384 },
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
