import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import type { Target } from './target.js';

/** Milliseconds for one try, from connecting to the status. */
const LIMIT = 15_000;

/** A message that is ready to go. */
export interface Letter {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Posts a message to an address that is fixed. Redirects are not followed, and the body of the answer is not read.
 * @returns the status; undefined: there was no answer
 */
export function post(
  { url, address, family }: Target,
  { body, headers }: Letter,
  limit = LIMIT,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? secure : plain;
    const request = send(url, {
      method: 'POST',
      agent: false,
      maxHeaderSize: 16_384,
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'custos',
      },
      lookup: (_host, options, found) =>
        options.all === true ? found(null, [{ address, family }]) : found(null, address, family),
    });
    const timer = setTimeout(() => request.destroy(new Error('too late')), limit);
    const end = (status: number | undefined) => {
      clearTimeout(timer);
      resolve(status);
      request.destroy();
    };
    request.on('response', ({ statusCode }) => end(statusCode));
    request.on('error', () => end(undefined));
    request.on('close', () => end(undefined));
    request.end(body);
  });
}
