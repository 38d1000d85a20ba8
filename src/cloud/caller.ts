import type { Clock } from '../core/clock.js';
import { CustosError } from '../core/errors.js';
import { type ExtraHeaders, noHeaders } from '../core/network/extra-headers.js';
import type { ProxyRules } from '../core/network/proxy.js';
import type { Secret } from '../core/secret.js';
import type { HostLimits } from './host-limits.js';
import { cloudFaults, type HttpAnswer, type HttpClient, type HttpRequest } from './http.js';
import { refusal } from './refusal.js';
import { baseOf } from './urls.js';

/** How to reach the cloud, and who gets its notices. */
export interface CallerOptions {
  readonly baseUrl: string;
  readonly apiKey: Secret;
  /** Version of this program. */
  readonly version: string;
  readonly clock: Clock;
  /** Called once for each distinct version notice. */
  readonly onNotice?: (notice: string) => void;
  /** Called with the cloud's time, in milliseconds since 1970. */
  readonly onDate?: (moment: number) => void;
  /** Called after each successful answer; says whether it came from our gateway. */
  readonly onAnswer?: (from: { readonly gateway: boolean }) => void;
  /** Milliseconds for one request; default 30,000 for a poll and 10,000 for all others. */
  readonly timeouts?: { readonly poll: number; readonly other: number };
  readonly limits?: HostLimits;
  /** The operator's extra headers, for the cloud only. */
  readonly extra?: ExtraHeaders;
  /** Which requests go through a proxy; none when absent. */
  readonly proxies?: ProxyRules;
}

interface CallExtra extends Pick<HttpRequest, 'body' | 'retries' | 'repeatOn'> {
  readonly timeout?: 'poll';
}

/** One request to the cloud. @throws CustosError CLOUD_*, API_KEY_INVALID */
export type Call = (method: HttpRequest['method'], path: string, extra: CallExtra) => Promise<HttpAnswer>;

/** The version of Tatum KMS that this client behaves like; the cloud answers accordingly. */
const CLIENT_VERSION = '8.0.1';
/** Most distinct notices that are remembered and passed on. */
const MAX_NOTICES = 100;

/**
 * @returns a function that sends requests to the cloud with key and version, and watches the version that it announces
 * @throws CustosError API_KEY_INVALID
 */
export function createCaller(http: HttpClient, options: CallerOptions): Call {
  const base = baseOf(options.baseUrl);
  const timeouts = options.timeouts ?? { poll: 30_000, other: 10_000 };
  const headers = { ...cloudHeaders(options), 'x-ttm-kms-client-version': CLIENT_VERSION };
  const told = new Set<string>();
  return async (method, path, { timeout, ...extra }) => {
    const request = { method, url: `${base}${path}`, headers, timeout: timeouts[timeout ?? 'other'] };
    const answer = await http.send({ ...request, ...extra, faults: cloudFaults });
    const date = Date.parse(answer.headers.get('date') ?? '');
    if (!Number.isNaN(date)) options.onDate?.(date);
    if (answer.status < 400) options.onAnswer?.({ gateway: answer.headers.get('x-custos-gateway') !== null });
    const notice = parseVersionNotice(answer.headers.get('x-ttm-kms-latest-version'));
    if (notice !== undefined && !told.has(notice) && told.size < MAX_NOTICES) {
      told.add(notice);
      options.onNotice?.(http.quote(notice));
    }
    if (answer.status !== 401 && answer.status !== 403) return answer;
    const error = refusal(http, { label: `${method} ${path}`, answer, code: 'CLOUD_REFUSED' });
    if (error.code === 'API_KEY_INVALID') throw error;
    return answer;
  };
}

/**
 * The headers of every request to the cloud.
 * @throws CustosError API_KEY_INVALID: the key has a character that a header cannot carry (RFC 9110, 5.5), such as a line break
 */
export function cloudHeaders(options: Pick<CallerOptions, 'apiKey' | 'version' | 'extra'>): Record<string, string> {
  const { apiKey, version, extra = noHeaders } = options;
  const key = apiKey.exposeText();
  if (!/^[!-~](?:[ -~]*[!-~])?$/.test(key)) {
    throw new CustosError(
      'API_KEY_INVALID',
      'the API key is empty or holds a character that an HTTP header cannot carry',
    );
  }
  return { ...extra.headers, 'x-api-key': key, 'user-agent': `custos/${version}` };
}

/** Reads `<version>;<level>;<message>`. @returns all three as one text, or undefined if the header has another form */
export function parseVersionNotice(header: string | null): string | undefined {
  const [version = '', level = '', ...message] = (header ?? '').split(';');
  if (!/^\d+\.\d+\.\d+/.test(version.trim()) || level.trim() === '') return undefined;
  return `${version.trim()} ${level.trim()}: ${message.join(';').trim()}`;
}
