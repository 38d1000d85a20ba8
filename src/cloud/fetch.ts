import { CustosError } from '../core/errors.js';
import type { ProxyRules } from '../core/network/proxy.js';
import { createWire } from './wire.js';

/** Most milliseconds and bytes of an exchange; callers have lower limits. */
const [TIMEOUT, LIMIT] = [300_000, 32 * 1024 * 1024];

/**
 * The part of `fetch` that is used here: through a proxy if one is set, without following redirects.
 * @throws an error of the system, or a CustosError for a redirect or an answer that is too large; the caller shows neither
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
