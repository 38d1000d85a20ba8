import type { Clock } from '../core/clock.js';
import { CustosError } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import { isLoopback } from '../core/network/loopback.js';

/** Settings by environment variable. */
export type Settings = Readonly<Record<string, string | undefined>>;

/** What a source needs to ask its service. */
export interface Reach {
  readonly settings: Settings;
  /** Waits between attempts. */
  readonly clock: Clock;
  readonly ask: typeof fetch;
  /** The same without a proxy: a metadata service answers for this machine only, and what it answers is a credential. */
  readonly direct: typeof fetch;
}

/** A service that keeps passwords, and how to ask it. */
export interface Question {
  /** Name of the service in errors. */
  readonly what: string;
  readonly clock: Clock;
  /** Milliseconds for one try; fifteen seconds when absent. */
  readonly timeout?: number;
  send(signal: AbortSignal): Promise<Response>;
}

const TIMEOUT = 15_000;
/** A metadata service is a few hops away at most, and on a machine without one nothing answers at its address. */
export const METADATA_TIMEOUT = 2000;
const MAX_ANSWER = 256 * 1024;
/** Waits before the second and the third try, in milliseconds. */
const WAITS = [500, 2000];

/** @throws CustosError PASSWORD_SOURCE: the message names every missing setting */
export function requireSettings<N extends string>(settings: Settings, names: readonly N[]): Record<N, string> {
  const missing = names.filter((name) => !settings[name]);
  if (missing.length > 0) throw new CustosError('PASSWORD_SOURCE', `not set: ${missing.join(', ')}`);
  // The check above has found every name.
  return Object.fromEntries(names.map((name) => [name, settings[name] ?? ''])) as Record<N, string>;
}

/**
 * Asks a service for JSON, at most three times. The answer may hold the password and the library's errors may hold
 * credentials, so no part of either is ever quoted.
 * @throws CustosError PASSWORD_SOURCE
 */
export async function askJson(question: Question): Promise<unknown> {
  const notJson = () => new CustosError('PASSWORD_SOURCE', `${question.what} answered with something that is not JSON`);
  return parseJson(await askText(question), notJson);
}

/** The same for an answer that is plain text. @throws CustosError PASSWORD_SOURCE */
export async function askText(question: Question): Promise<string> {
  const { what, clock } = question;
  for (let attempt = 0; ; attempt++) {
    const result = await ask(question);
    if (result.kind === 'answer') return result.text;
    const wait = result.again ? WAITS[attempt] : undefined;
    if (wait === undefined) throw new CustosError('PASSWORD_SOURCE', `${what} ${result.why}`);
    await clock.wait(wait);
  }
}

type Result =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'fault'; readonly why: string; readonly again: boolean };

async function ask({ send, timeout = TIMEOUT }: Question): Promise<Result> {
  const signal = AbortSignal.timeout(timeout);
  try {
    const response = await send(signal);
    const text = await readBody(response);
    const { status, ok } = response;
    if (!ok) return { kind: 'fault', why: `answered with status ${status}`, again: status === 429 || status >= 500 };
    if (text === undefined) return { kind: 'fault', why: 'answered with too many bytes', again: false };
    return { kind: 'answer', text };
  } catch {
    return { kind: 'fault', why: signal.aborted ? 'did not answer in time' : 'cannot be reached', again: true };
  }
}

async function readBody(response: Response): Promise<string | undefined> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > MAX_ANSWER) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @throws CustosError PASSWORD_SOURCE: the answer has no text at this place */
export function textAt(value: unknown, path: readonly (string | number)[], what: string): string {
  let at: unknown = value;
  for (const key of path) {
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
  }
  if (typeof at !== 'string' || at === '') throw new CustosError('PASSWORD_SOURCE', `${what} has no ${path.join('.')}`);
  return at;
}

/** The bytes of a text in base64 or base64url, which the caller wipes. @throws CustosError PASSWORD_SOURCE: there is no such text */
export function bytesAt(value: unknown, path: readonly (string | number)[], what: string): Uint8Array {
  const text = textAt(value, path, what);
  // Not taken from Node's pool, because they may be a secret that is wiped later.
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  if (/^[\w+/-]+=*$/.test(text) && bytes.length > 0) return bytes;
  throw new CustosError('PASSWORD_SOURCE', `${what} has no bytes in ${path.join('.')}`);
}

/** A token as a header can carry it. @throws CustosError PASSWORD_SOURCE: empty, or with blanks, line breaks or other signs */
export function tokenIn(text: string, what: string): string {
  const token = text.trim();
  if (!/^[\x21-\x7e]+$/.test(token)) throw new CustosError('PASSWORD_SOURCE', `${what} is not a token`);
  return token;
}

/** @throws CustosError PASSWORD_SOURCE: not a complete https URL (loopback may use http) */
export function serviceUrl(text: string, name: string): URL {
  return checkedUrl(text, name, isLoopback);
}

/** Link-local addresses (RFC 3927) and that of EC2 for IPv6: no router forwards them, so they may use http. */
const linkLocal = /^(169\.254\.\d{1,3}\.\d{1,3}|\[fd00:ec2::254\])$/;

/** The same for a metadata service, which may use http on a link-local address, too. */
export function metadataUrl(text: string, name: string): URL {
  return checkedUrl(text, name, (host) => isLoopback(host) || linkLocal.test(host));
}

function checkedUrl(text: string, name: string, isNear: (host: string) => boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.protocol === 'http:' && isNear(url.hostname);
  if (url === undefined || (url.protocol !== 'https:' && !isPlain)) {
    throw new CustosError('PASSWORD_SOURCE', `${name} is not a complete https URL`);
  }
  return url;
}
