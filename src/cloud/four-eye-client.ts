import { createHmac, randomBytes } from 'node:crypto';
import { summaryToJson } from '../core/chain/summary.js';
import type { Clock } from '../core/clock.js';
import type { Network } from '../core/ids.js';
import { type ExtraHeaders, noHeaders } from '../core/network/extra-headers.js';
import type { ProxyRules } from '../core/network/proxy.js';
import type { Secret } from '../core/secret.js';
import type { Approver } from '../core/signing/approver.js';
import type { Question } from '../core/signing/judge.js';
import { createHttpClient, type Faults } from './http.js';
import { checkFourEyeUrl, pathSegment } from './urls.js';

export { checkFourEyeUrl } from './urls.js';

export interface FourEyeService {
  readonly url: string;
  /** GET sends only the id, as Tatum KMS does; POST sends the pending transaction and its decoded summary. */
  readonly method: 'GET' | 'POST';
  readonly network: Network;
  /** Signs every question; see `createApprover`. */
  readonly secret?: Secret;
  readonly clock: Clock;
  /** The operator's extra headers. */
  readonly extra?: ExtraHeaders;
  /** Which requests go through a proxy; none when absent. */
  readonly proxies?: ProxyRules;
  /** In milliseconds; default 10,000. */
  readonly timeout?: number;
}

const fourEyeFaults: Faults = {
  unreachable: 'JUDGE_UNREACHABLE',
  timeout: 'JUDGE_UNREACHABLE',
  limited: 'JUDGE_UNREACHABLE',
  invalid: 'JUDGE_UNREACHABLE',
};

/**
 * The four-eye service at `url`/`id`. Each question carries `digest` (SHA-256 of the completed form that will be signed) and
 * a fresh `nonce`: members of the body of a POST, the headers `x-custos-digest` and `x-custos-nonce` of a GET.
 *
 * With a secret, `x-custos-timestamp` (milliseconds since 1970) and `x-custos-signature` are sent: HMAC-SHA256 in hexadecimal
 * digits over `<timestamp>.<method>.<path>.<body>`, the body empty for GET.
 * @throws CustosError URL_INVALID, URL_INSECURE
 */
export function createApprover(service: FourEyeService): Approver {
  checkFourEyeUrl(service.url, service.network);
  const { clock, secret, proxies, extra = noHeaders } = service;
  const secrets = [...extra.secrets, ...(secret ? [secret] : [])];
  const http = createHttpClient({ clock, secrets, ...(proxies && { proxies }) });
  return {
    async ask(question) {
      const { nonce, request } = requestFor(service, question);
      return { answer: await http.send(request), nonce };
    },
  };
}

function requestFor(service: FourEyeService, { pending, summary, completed, digest }: Question) {
  const { method, timeout = 10_000 } = service;
  const url = fourEyeUrl(service.url, pending.id);
  const nonce = randomBytes(16).toString('hex');
  const isPost = method === 'POST';
  const body = isPost ? { ...pending.received, summary: summaryToJson(summary), completed, digest, nonce } : undefined;
  const named = isPost ? {} : { 'x-custos-digest': digest, 'x-custos-nonce': nonce };
  const headers = { ...service.extra?.headers, ...named, ...signatureHeaders(service, url, body) };
  const request = { method, url: url.href, headers, timeout, retries: 0, faults: fourEyeFaults };
  return { nonce, request: { ...request, ...(body !== undefined && { body }) } };
}

/**
 * The URL of the question about one id: exactly one segment after the base path.
 * @throws CustosError PENDING_INVALID: the id would lead somewhere else
 */
export function fourEyeUrl(base: string, id: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${pathSegment(id)}`;
  return url;
}

function signatureHeaders({ secret, method, clock }: FourEyeService, url: URL, body: unknown): Record<string, string> {
  if (secret === undefined) return {};
  const timestamp = String(clock.now());
  const text = body === undefined ? '' : JSON.stringify(body);
  const signature = createHmac('sha256', secret.exposeBytes())
    .update(`${timestamp}.${method}.${url.pathname}.${text}`)
    .digest('hex');
  return { 'x-custos-timestamp': timestamp, 'x-custos-signature': signature };
}
