import { createHmac } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import { CustosError } from '../core/errors.js';
import type { Network } from '../core/ids.js';
import type { Judge, Verdict } from '../core/judge.js';
import type { Secret } from '../core/secret.js';
import { summaryToJson } from '../core/summary.js';
import { createHttpClient, type Faults } from './http.js';
import { checkFourEyeUrl, pathSegment } from './urls.js';

export { checkFourEyeUrl } from './urls.js';

export interface FourEyeOptions {
  readonly url: string;
  /** GET asks with the id alone; POST sends the pending transaction and its decoded summary. */
  readonly method: 'GET' | 'POST';
  readonly network: Network;
  /** Signs every request, see `createFourEye`. */
  readonly secret?: Secret;
  readonly clock: Clock;
  /** Milliseconds; default 10,000. */
  readonly timeout?: number;
}

const RULE = 'four-eye';
const fourEyeFaults: Faults = {
  unreachable: 'FOUR_EYE_UNREACHABLE',
  timeout: 'FOUR_EYE_UNREACHABLE',
  limited: 'FOUR_EYE_UNREACHABLE',
  invalid: 'FOUR_EYE_UNREACHABLE',
};

/**
 * The second pair of eyes: a service of the operator's at `url`/`id` that says yes with any 2xx. A 4xx is a no (but 408, 425
 * and 429); everything else is no answer: the transaction is held and asked for again, never signed.
 *
 * With a secret, `x-custos-timestamp` (milliseconds since 1970) and `x-custos-signature` are sent: HMAC-SHA256 in hexadecimal
 * digits over `<timestamp>.<method>.<path>.<body>`, the body empty for GET.
 * @throws CustosError URL_INVALID, URL_INSECURE
 */
export function createFourEye(options: FourEyeOptions): Judge {
  checkFourEyeUrl(options.url, options.network);
  const http = createHttpClient({ clock: options.clock, secrets: options.secret ? [options.secret] : [] });
  return {
    name: RULE,
    async decide(pending, summary): Promise<Verdict> {
      const url = fourEyeUrl(options.url, pending.id);
      const { method, timeout = 10_000 } = options;
      const body = method === 'POST' ? { ...pending.received, summary: summaryToJson(summary) } : undefined;
      const headers = signatureHeaders(options, url, body);
      const request = { method, url: url.href, headers, timeout, retries: 0, faults: fourEyeFaults };
      try {
        const { status } = await http.send({ ...request, ...(body !== undefined && { body }) });
        return verdict(status);
      } catch (error) {
        if (!(error instanceof CustosError)) throw error;
        return { kind: 'hold', rule: RULE, reason: error.message };
      }
    },
  };
}

function verdict(status: number): Verdict {
  if (status >= 200 && status < 300) return { kind: 'allow' };
  const kind = status >= 400 && status < 500 ? 'deny' : 'hold';
  return { kind, rule: RULE, reason: `the service answered with status ${status}` };
}

/**
 * The URL that is asked for one id: exactly one segment behind the base path.
 * @throws CustosError PENDING_INVALID: the id would lead somewhere else
 */
export function fourEyeUrl(base: string, id: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${pathSegment(id)}`;
  return url;
}

function signatureHeaders({ secret, method, clock }: FourEyeOptions, url: URL, body: unknown): Record<string, string> {
  if (secret === undefined) return {};
  const timestamp = String(clock.now());
  const text = body === undefined ? '' : JSON.stringify(body);
  const signature = createHmac('sha256', secret.exposeBytes())
    .update(`${timestamp}.${method}.${url.pathname}.${text}`)
    .digest('hex');
  return { 'x-custos-timestamp': timestamp, 'x-custos-signature': signature };
}
