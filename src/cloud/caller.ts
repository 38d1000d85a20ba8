import type { Clock } from '../core/clock.js';
import { CustosError } from '../core/errors.js';
import { type ExtraHeaders, noHeaders } from '../core/network/extra-headers.js';
import type { ProxyRules } from '../core/network/proxy.js';
import type { Secret } from '../core/secret.js';
import type { HostLimits } from './host-limits.js';
import { cloudFaults, type HttpAnswer, type HttpClient, type HttpRequest } from './http.js';
import { refusal } from './refusal.js';
import { baseOf } from './urls.js';

/** How the cloud is reached, and who is told of its notices. */
export interface CallerOptions {
  readonly baseUrl: string;
  readonly apiKey: Secret;
  /** Version of this program. */
  readonly version: string;
  readonly clock: Clock;
  /** Told once of each distinct version notice. */
  readonly onNotice?: (notice: string) => void;
  /** Told what time the cloud says it is, in milliseconds since 1970. */
  readonly onDate?: (moment: number) => void;
  /** Told with each answer that succeeds whether a gateway of ours gave it. */
  readonly onAnswer?: (from: { readonly gateway: boolean }) => void;
  /** Milliseconds for one request; default 30,000 for a poll and 10,000 for all others. */
  readonly timeouts?: { readonly poll: number; readonly other: number };
  readonly limits?: HostLimits;
  /** Headers of the operator's own, for the cloud alone. */
  readonly extra?: ExtraHeaders;
  /** Which requests go through a proxy; none when absent. */
  readonly proxies?: ProxyRules;
}

export interface CallExtra extends Pick<HttpRequest, 'body' | 'retries' | 'repeatOn'> {
  readonly timeout?: 'poll';
}

/** One request to the cloud. @throws CustosError CLOUD_*, API_KEY_INVALID */
export type Call = (method: HttpRequest['method'], path: string, extra: CallExtra) => Promise<HttpAnswer>;

/** The version whose wire behaviour this client has; the cloud answers by it. */
const CLIENT_VERSION = '8.0.1';
/** Distinct notices that are remembered and told. */
const MAX_NOTICES = 100;

/**
 * @returns the way to the cloud: with key and version in every request, and an eye on the version it announces
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
 * What every request to the cloud carries.
 * @throws CustosError API_KEY_INVALID: a key that no header can carry (RFC 9110, 5.5), such as one with a line break
 */
export function cloudHeaders(options: Pick<CallerOptions, 'apiKey' | 'version' | 'extra'>): Record<string, string> {
  const { apiKey, version, extra = noHeaders } = options;
  const key = apiKey.exposeText();
  if (!/^[!-~](?:[ -~]*[!-~])?$/.test(key)) {
    throw new CustosError('API_KEY_INVALID', 'the API key is empty or holds what no HTTP header can carry');
  }
  return { ...extra.headers, 'x-api-key': key, 'user-agent': `custos/${version}` };
}

/** Reads `<version>;<level>;<message>`. @returns all three as one text, or undefined where the header is not of that form */
export function parseVersionNotice(header: string | null): string | undefined {
  const [version = '', level = '', ...message] = (header ?? '').split(';');
  if (!/^\d+\.\d+\.\d+/.test(version.trim()) || level.trim() === '') return undefined;
  return `${version.trim()} ${level.trim()}: ${message.join(';').trim()}`;
}
