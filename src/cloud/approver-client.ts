import { createHmac } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import { CustosError } from '../core/errors.js';
import type { Network } from '../core/ids.js';
import type { ProxyRules } from '../core/network/proxy.js';
import type { Secret } from '../core/secret.js';
import type { ApproverService } from '../core/signing/approver-service.js';
import { createHttpClient, type Faults } from './http.js';
import { checkApproverUrl } from './urls.js';

export interface ApproverClientOptions {
  readonly url: string;
  readonly network: Network;
  readonly clock: Clock;
  /** Signs every question; see `createApproverClient`. */
  readonly secret?: Secret;
  /** Which requests go through a proxy; none when absent. */
  readonly proxies?: ProxyRules;
  /** In milliseconds; default 30,000. */
  readonly timeout?: number;
}

/** Characters of an answer: its lines have at most 4096. */
const LONGEST = 16 * 1024;

const faults: Faults = {
  unreachable: 'JUDGE_UNREACHABLE',
  timeout: 'JUDGE_UNREACHABLE',
  limited: 'JUDGE_UNREACHABLE',
  invalid: 'JUDGE_UNREACHABLE',
};

/**
 * Posts questions to exactly this URL, follows no redirect and repeats nothing. With a secret, `x-custos-timestamp` (milliseconds
 * since 1970) and `x-custos-signature` are sent: HMAC-SHA256 in hexadecimal digits over `<timestamp>.POST.<path>.<body>`.
 * @throws CustosError URL_INVALID, URL_INSECURE
 */
export function createApproverClient(options: ApproverClientOptions): ApproverService {
  const { clock, secret, proxies, network, timeout = 30_000 } = options;
  const url = checkApproverUrl(options.url, network);
  const http = createHttpClient({ clock, secrets: secret ? [secret] : [], ...(proxies && { proxies }) });
  const signed = (text: string): Record<string, string> => {
    if (secret === undefined) return {};
    const timestamp = String(clock.now());
    const signature = createHmac('sha256', secret.exposeBytes()).update(`${timestamp}.POST.${url.pathname}.${text}`);
    return { 'x-custos-timestamp': timestamp, 'x-custos-signature': signature.digest('hex') };
  };
  return {
    async ask(question) {
      const headers = signed(JSON.stringify(question));
      const request = { method: 'POST', url: url.href, headers, body: question, timeout, retries: 0, faults } as const;
      const { status, text } = await http.send(request);
      if (status !== 200) throw new CustosError('JUDGE_UNREACHABLE', `the approver answered with the status ${status}`);
      if (text.length > LONGEST)
        throw new CustosError('JUDGE_ANSWER_INVALID', 'the answer of the approver is too long');
      return text;
    },
  };
}
