import { createHmac, randomBytes } from 'node:crypto';
import { type Summary, summaryToJson } from '../core/chain/summary.js';
import type { Clock } from '../core/clock.js';
import { CustosError } from '../core/errors.js';
import type { Network } from '../core/ids.js';
import { type ExtraHeaders, noHeaders } from '../core/network/extra-headers.js';
import type { ProxyRules } from '../core/network/proxy.js';
import type { Secret } from '../core/secret.js';
import { digestOf } from '../core/signing/digest.js';
import type { Judge, Verdict } from '../core/signing/judge.js';
import type { PendingTransaction } from '../core/signing/pending.js';
import { hold, RULE, readVerdict } from './four-eye-answer.js';
import { createHttpClient, type Faults } from './http.js';
import { checkFourEyeUrl, pathSegment } from './urls.js';

export { checkFourEyeUrl } from './urls.js';

export interface FourEyeOptions {
  readonly url: string;
  /** GET asks with the id alone, as Tatum KMS does; POST sends the pending transaction and its decoded summary. */
  readonly method: 'GET' | 'POST';
  readonly network: Network;
  /** Signs every request, and has to sign every answer; see `createFourEye`. */
  readonly secret?: Secret;
  /** Answers are believed unsigned in spite of a secret. */
  readonly unsignedAnswers?: boolean;
  readonly clock: Clock;
  /** Headers of the operator's own. */
  readonly extra?: ExtraHeaders;
  /** Which requests go through a proxy; none when absent. */
  readonly proxies?: ProxyRules;
  /** Milliseconds; default 10,000. */
  readonly timeout?: number;
}

const fourEyeFaults: Faults = {
  unreachable: 'FOUR_EYE_UNREACHABLE',
  timeout: 'FOUR_EYE_UNREACHABLE',
  limited: 'FOUR_EYE_UNREACHABLE',
  invalid: 'FOUR_EYE_UNREACHABLE',
};

/**
 * The second pair of eyes: a service of the operator's at `url`/`id`. Each question carries `digest` (SHA-256 of the completed
 * form that will be signed) and a fresh `nonce`: members of the body of a POST, the headers `x-custos-digest` and
 * `x-custos-nonce` of a GET. `readVerdict` says which answers are a yes; without one the transaction is held, never signed.
 *
 * With a secret, `x-custos-timestamp` (milliseconds since 1970) and `x-custos-signature` are sent: HMAC-SHA256 in hexadecimal
 * digits over `<timestamp>.<method>.<path>.<body>`, the body empty for GET; and the answer must be signed, too.
 * @throws CustosError URL_INVALID, URL_INSECURE
 */
export function createFourEye(options: FourEyeOptions): Judge {
  checkFourEyeUrl(options.url, options.network);
  const { clock, secret, proxies, extra = noHeaders } = options;
  const secrets = [...extra.secrets, ...(secret ? [secret] : [])];
  const http = createHttpClient({ clock, secrets, ...(proxies && { proxies }) });
  return {
    name: RULE,
    async decide(pending, summary, completed = pending.serialized): Promise<Verdict> {
      const question = makeQuestion(options, { pending, summary, completed });
      try {
        const answer = await http.send(question.request);
        const { unsignedAnswers, method } = options;
        const mustBeSigned = secret !== undefined && unsignedAnswers !== true;
        const { digest, nonce } = question;
        return readVerdict(answer, { method, digest, nonce, now: clock.now(), ...(mustBeSigned && { secret }) });
      } catch (error) {
        if (!(error instanceof CustosError)) throw error;
        return hold('silent', error.message);
      }
    },
  };
}

interface Judged {
  readonly pending: PendingTransaction;
  readonly summary: Summary;
  readonly completed: string;
}

function makeQuestion(options: FourEyeOptions, { pending, summary, completed }: Judged) {
  const { method, timeout = 10_000 } = options;
  const url = fourEyeUrl(options.url, pending.id);
  const digest = digestOf(completed);
  const nonce = randomBytes(16).toString('hex');
  const isPost = method === 'POST';
  const body = isPost ? { ...pending.received, summary: summaryToJson(summary), completed, digest, nonce } : undefined;
  const named = isPost ? {} : { 'x-custos-digest': digest, 'x-custos-nonce': nonce };
  const headers = { ...options.extra?.headers, ...named, ...signatureHeaders(options, url, body) };
  const request = { method, url: url.href, headers, timeout, retries: 0, faults: fourEyeFaults };
  return { digest, nonce, request: { ...request, ...(body !== undefined && { body }) } };
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
