import type { Clock } from '../core/clock.js';
import { CustosError, type ErrorCode } from '../core/errors.js';
import { isObject, tryJson } from '../core/json.js';
import type { ProxyRules } from '../core/network/proxy.js';
import type { Secret } from '../core/secret.js';
import { utf8Text } from '../core/text/text-bytes.js';
import type { HostLimits } from './host-limits.js';
import { concealer, quoter } from './quote.js';
import { parseRetryAfter } from './retry-after.js';
import { createWire, type Wire, type WireHeaders, WireTimeout } from './wire.js';

/** The error codes of a caller: those of the cloud, of a node, or of the four-eye service. */
export interface Faults {
  readonly unreachable: ErrorCode;
  readonly timeout: ErrorCode;
  readonly limited: ErrorCode;
  readonly invalid: ErrorCode;
}

export const cloudFaults: Faults = {
  unreachable: 'CLOUD_UNREACHABLE',
  timeout: 'CLOUD_TIMEOUT',
  limited: 'CLOUD_RATE_LIMITED',
  invalid: 'CLOUD_ANSWER_INVALID',
};

export const nodeFaults: Faults = {
  unreachable: 'NODE_UNREACHABLE',
  timeout: 'NODE_UNREACHABLE',
  limited: 'NODE_UNREACHABLE',
  invalid: 'NODE_ANSWER_INVALID',
};

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  /** What errors call the request; method, host and path when absent. */
  readonly label?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a `Uint8Array` is sent unchanged. */
  readonly body?: unknown;
  /** Sent form-encoded, instead of a body. */
  readonly form?: Readonly<Record<string, string>>;
  /** Milliseconds for the whole exchange, body included. */
  readonly timeout: number;
  /** How often a failed attempt is repeated at most. The same bytes are sent, so repeating is harmless. */
  readonly retries: number;
  readonly faults: Faults;
  /** Error statuses that are tried again; all of them when absent. */
  readonly repeatOn?: ReadonlySet<number>;
  /** True for an answer that is useful despite its error status; it is returned at once. */
  readonly settles?: (answer: HttpAnswer) => boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: WireHeaders;
  readonly text: string;
}

export interface HttpOptions {
  readonly clock: Clock;
  /** Replaced with `{apiKey}` wherever they appear in a message. */
  readonly secrets: readonly Secret[];
  /** How fast hosts may be asked; without a limit when absent. */
  readonly limits?: HostLimits;
  /** Which requests go through a proxy; none when absent. */
  readonly proxies?: ProxyRules;
}

/** The largest answer that is read, in bytes after decompression. */
export const MAX_ANSWER = 32 * 1024 * 1024;

/** Exchanges with one other machine. */
export interface HttpClient {
  /**
   * @returns any answer except the error statuses 408, 425, 429 and 5xx without 501
   * @throws CustosError a code of `faults`, without a `cause`, because system errors may quote URLs
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Foreign text made safe to show: at most 300 characters, without control characters and secrets. */
  quote(text: string): string;
}

/** A client with kept connections: time-outs that cover the body, bounded retries with jitter, no redirects, no secret in any error. */
export function createHttpClient({ clock, secrets, limits, proxies }: HttpOptions): HttpClient {
  const conceal = concealer(secrets);
  const quote = quoter(conceal);
  const wire = createWire(proxies);
  // Broadcasts go to one address, one after another, and to read it takes as long as a statement of SQLite.
  let last: { readonly text: string; readonly url: URL } | undefined;
  const read = (text: string): URL => {
    if (last?.text !== text) last = { text, url: new URL(text) };
    return last.url;
  };
  return {
    quote,
    async send(request) {
      const url = read(request.url);
      const { host } = url;
      const label = conceal(request.label ?? `${request.method} ${host}${url.pathname}`);
      for (let attempt = 0; ; attempt++) {
        if (limits !== undefined) await enter(limits, request, { label, host });
        const found = await exchange(wire, request, { label, url });
        const { answer, error, repeat } = judge(request, found, { label, quote, clock });
        if (found.kind === 'answer') limits?.answered(host, found.answer.status, error?.retryAfter);
        if (answer !== undefined) return answer;
        if (attempt >= request.retries || !repeat) throw error;
        await clock.wait(Math.max(error.retryAfter ?? 0, backOff(attempt)));
      }
    },
  };
}

/** Waits for the host no longer than for its answer: the caller has a deadline too and must not send stale requests. */
function enter(
  limits: HostLimits,
  { timeout, faults }: HttpRequest,
  { label, host }: { readonly label: string; readonly host: string },
): Promise<void> {
  const text = `${label} was not sent: too many requests wait for the host`;
  const tooLong = (retryAfter: number) => new CustosError(faults.limited, text, { retryAfter });
  return limits.enter(host, { milliseconds: timeout, tooLong });
}

type Exchange =
  | { readonly kind: 'answer'; readonly answer: HttpAnswer }
  | { readonly kind: 'fault'; readonly error: CustosError; readonly repeat: boolean };

async function exchange(
  wire: Wire,
  request: HttpRequest,
  { label, url }: { readonly label: string; readonly url: URL },
): Promise<Exchange> {
  const { faults, timeout, method } = request;
  const { type, body } = payloadOf(request);
  const headers = { accept: 'application/json', ...type, ...request.headers };
  try {
    const answer = await wire({
      method,
      url,
      headers,
      timeout,
      limit: MAX_ANSWER,
      ...(body !== undefined && { body }),
    });
    const { status } = answer;
    // A redirect could carry the key or the bytes to another host.
    if (status >= 300 && status < 400) return fault(faults.invalid, `${label} was answered with a redirect`, false);
    if (answer.body === undefined) {
      return fault(faults.invalid, `${label} was answered with more than ${MAX_ANSWER} bytes`, false);
    }
    const text = decode(answer.body, status < 400);
    if (text === undefined) return fault(faults.invalid, `${label} was answered with bytes that are not UTF-8`, false);
    return { kind: 'answer', answer: { status, headers: answer.headers, text } };
  } catch (thrown) {
    // The library's error may quote the URL with the key, so only its code is kept.
    if (thrown instanceof WireTimeout) {
      return fault(faults.timeout, `${label} was not answered within ${timeout} ms`, true);
    }
    return fault(faults.unreachable, `${label} failed: ${faultCode(thrown)}`, true);
  }
}

/** Sends bytes unchanged, a form as a form, and everything else as JSON. */
function payloadOf({ body, form }: HttpRequest): { type?: Record<string, string>; body?: string | Uint8Array } {
  const type = (name: string) => ({ 'content-type': name });
  if (form !== undefined) {
    return { type: type('application/x-www-form-urlencoded'), body: new URLSearchParams(form).toString() };
  }
  if (body === undefined) return {};
  if (body instanceof Uint8Array) return { type: type('application/octet-stream'), body };
  return { type: type('application/json'), body: JSON.stringify(body) };
}

/** JSON is UTF-8 (RFC 8259, 8.1). The text of a refusal is only shown, so any bytes are accepted there. */
function decode(bytes: Uint8Array, strictly: boolean): string | undefined {
  return utf8Text(bytes) ?? (strictly ? undefined : new TextDecoder().decode(bytes));
}

interface Told {
  readonly label: string;
  readonly clock: Clock;
  quote(text: string): string;
}

type Judged =
  | { readonly answer: HttpAnswer; readonly error?: undefined; readonly repeat?: undefined }
  | { readonly answer?: undefined; readonly error: CustosError; readonly repeat: boolean };

function judge(request: HttpRequest, result: Exchange, told: Told): Judged {
  if (result.kind === 'fault') return { error: result.error, repeat: result.repeat };
  const { answer } = result;
  if (!isFailing(answer.status) || request.settles?.(answer)) return { answer };
  const repeat = request.repeatOn === undefined || request.repeatOn.has(answer.status);
  return { error: statusError(request, answer, told), repeat };
}

function isFailing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501);
}

function statusError({ faults }: HttpRequest, answer: HttpAnswer, { label, clock, quote }: Told): CustosError {
  const { status, headers, text } = answer;
  const retryAfter = parseRetryAfter(headers.get('retry-after'), clock.now());
  const options = { details: { status }, ...(retryAfter !== undefined && { retryAfter }) };
  if (status === 429) return new CustosError(faults.limited, `${label} was refused: too many requests`, options);
  const code = nodeFaultOf(faults, text) ?? (status === 408 ? faults.timeout : faults.unreachable);
  return new CustosError(code, `${label} was answered with status ${status}: ${quote(text)}`, options);
}

/** A gateway says when its node does not answer; a cloud may say only this about itself. */
function nodeFaultOf(faults: Faults, text: string): ErrorCode | undefined {
  const value = faults === cloudFaults ? tryJson(text) : undefined;
  const code = isObject(value) ? value['errorCode'] : undefined;
  return [nodeFaults.unreachable, nodeFaults.invalid].find((known) => known === code);
}

/** Milliseconds before the next attempt: 250, 500, 1000 … with a quarter of jitter. */
function backOff(attempt: number): number {
  return 250 * 2 ** Math.min(attempt, 5) * (0.75 + Math.random() * 0.5);
}

function faultCode(thrown: unknown): string {
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return thrown instanceof Error ? thrown.name : 'unknown fault';
}

function fault(code: ErrorCode, message: string, repeat: boolean): Exchange {
  return { kind: 'fault', error: new CustosError(code, message), repeat };
}
