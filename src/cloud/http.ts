import type { Clock } from '../core/clock.js';
import { CustosError, type ErrorCode } from '../core/errors.js';
import type { Secret } from '../core/secret.js';

/** Codes by which a caller's errors are told apart: of the cloud, or of a node. */
export interface Faults {
  readonly unreachable: ErrorCode;
  readonly timeout: ErrorCode;
  readonly invalid: ErrorCode;
}

export const cloudFaults: Faults = {
  unreachable: 'CLOUD_UNREACHABLE',
  timeout: 'CLOUD_TIMEOUT',
  invalid: 'CLOUD_ANSWER_INVALID',
};

export const nodeFaults: Faults = {
  unreachable: 'NODE_UNREACHABLE',
  timeout: 'NODE_UNREACHABLE',
  invalid: 'NODE_ANSWER_INVALID',
};

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Milliseconds for the whole exchange, body included. */
  readonly timeout: number;
  /** How often a failed try is repeated. The same bytes are sent, so repeating is harmless. */
  readonly retries: number;
  readonly faults: Faults;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface HttpOptions {
  readonly clock: Clock;
  /** Replaced wherever they turn up in a message. */
  readonly secrets: readonly Secret[];
}

/** The largest answer that is read, in bytes. */
const MAX_ANSWER = 32 * 1024 * 1024;
const MAX_RETRY_AFTER = 60_000;

/** One exchange with another machine. */
export interface HttpClient {
  /** @returns any answer but those worth repeating. @throws CustosError of `faults`, or CLOUD_RATE_LIMITED */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Foreign text, fit to be shown: at most 300 characters, without control characters and secrets. */
  quote(text: string): string;
}

/** A client over `fetch`: time-outs that cover the body, bounded retries with jitter, no redirects, no secret in any error. */
export function createHttpClient({ clock, secrets }: HttpOptions): HttpClient {
  const conceal = (text: string) => {
    let shown = text;
    for (const secret of secrets) {
      const value = secret.exposeText();
      if (value !== '') shown = shown.replaceAll(value, '{apiKey}').replaceAll(encodeURIComponent(value), '{apiKey}');
    }
    return shown;
  };
  const quote = (text: string) => {
    // Control characters of a foreign text must not reach a terminal.
    const clean = conceal(text)
      .replace(/\p{Cc}+/gu, ' ')
      .trim();
    return clean.length > 300 ? `${clean.slice(0, 297)}...` : clean;
  };
  return {
    quote,
    async send(request) {
      const label = conceal(describe(request));
      for (let attempt = 0; ; attempt++) {
        const result = await exchange(request, label);
        if (result.kind === 'answer' && !isWorthRepeating(result.answer.status)) return result.answer;
        const error =
          result.kind === 'fault' ? result.error : statusError(request, result.answer, { label, quote, clock });
        if (attempt >= request.retries || !(error.kind.retry ?? false)) throw error;
        await clock.wait(Math.max(error.retryAfter ?? 0, backOff(attempt)));
      }
    },
  };
}

type Exchange =
  | { readonly kind: 'answer'; readonly answer: HttpAnswer }
  | { readonly kind: 'fault'; readonly error: CustosError };

async function exchange(request: HttpRequest, label: string): Promise<Exchange> {
  const { faults, timeout } = request;
  const signal = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: {
        accept: 'application/json',
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
      // A redirect could carry the key or the bytes to another host.
      redirect: 'manual',
      signal,
    });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      return fault(faults.invalid, `${label} was answered with a redirect`);
    }
    const text = await readBody(response);
    if (text === undefined) return fault(faults.invalid, `${label} was answered with more than ${MAX_ANSWER} bytes`);
    return { kind: 'answer', answer: { status: response.status, headers: response.headers, text } };
  } catch (cause) {
    // The library's error may quote the URL with the key in it: only its code is taken over.
    if (signal.aborted) return fault(faults.timeout, `${label} was not answered within ${timeout} ms`);
    return fault(faults.unreachable, `${label} failed: ${causeCode(cause)}`);
  }
}

async function readBody(response: Response): Promise<string | undefined> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_ANSWER) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function isWorthRepeating(status: number): boolean {
  return status === 429 || status === 408 || (status >= 500 && status !== 501);
}

interface StatusContext {
  readonly label: string;
  readonly clock: Clock;
  quote(text: string): string;
}

function statusError({ faults }: HttpRequest, answer: HttpAnswer, { label, clock, quote }: StatusContext): CustosError {
  const retryAfter = parseRetryAfter(answer.headers.get('retry-after'), clock.now());
  const options = { details: { status: answer.status }, ...(retryAfter !== undefined && { retryAfter }) };
  if (answer.status === 429)
    return new CustosError('CLOUD_RATE_LIMITED', `${label} was refused: too many requests`, options);
  const code = answer.status === 408 ? faults.timeout : faults.unreachable;
  return new CustosError(code, `${label} was answered with status ${answer.status}: ${quote(answer.text)}`, options);
}

/**
 * Reads `Retry-After` (RFC 9110, 10.2.3): seconds, or a date.
 * @returns milliseconds from `now`, at most a minute; undefined when absent or unreadable
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const text = value.trim();
  const milliseconds = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(milliseconds) ? Math.min(Math.max(milliseconds, 0), MAX_RETRY_AFTER) : undefined;
}

/** Milliseconds before the next try: 250, 500, 1000 … with a quarter of jitter. */
function backOff(attempt: number): number {
  return 250 * 2 ** Math.min(attempt, 5) * (0.75 + Math.random() * 0.5);
}

function describe({ method, url }: HttpRequest): string {
  const { host, pathname } = new URL(url);
  return `${method} ${host}${pathname}`;
}

function causeCode(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.name : 'unknown fault';
}

function fault(code: ErrorCode, message: string): Exchange {
  return { kind: 'fault', error: new CustosError(code, message) };
}

/** @throws CustosError `code`: the text is not JSON */
export function parseJson(text: string, code: ErrorCode, label: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CustosError(code, `${label} was answered with something that is not JSON`);
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
