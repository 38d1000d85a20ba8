import { CustosError } from '../core/errors.js';
import type { ProxyRules } from '../core/network/proxy.js';
import { createWire } from './wire.js';

/** Milliseconds and bytes of an exchange at the most; whoever asks has narrower bounds. */
const [TIMEOUT, LIMIT] = [300_000, 32 * 1024 * 1024];

/**
 * `fetch`, as far as it is used here: through a proxy where one is set, without following redirects.
 * @throws an error of the system, or a CustosError for an answer that is too large or a redirect; the caller tells neither
 */
export function createFetch(proxies: ProxyRules): typeof fetch {
  const wire = createWire(proxies);
  return async (input, init) => {
    const request = new Request(input, init);
    const body = new Uint8Array(await request.arrayBuffer());
    const {
      status,
      headers,
      body: answer,
    } = await wire({
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      timeout: TIMEOUT,
      signal: request.signal,
      limit: LIMIT,
      ...(body.length > 0 && { body }),
    });
    if (answer === undefined || (status >= 300 && status < 400)) {
      throw new CustosError('NODE_ANSWER_INVALID', 'the answer is a redirect, or too large');
    }
    const retryAfter = headers.get('retry-after');
    const isEmpty = status === 204 || status === 205;
    return new Response(isEmpty ? null : Buffer.from(answer), {
      status,
      headers: { ...(retryAfter !== null && { 'retry-after': retryAfter }) },
    });
  };
}
