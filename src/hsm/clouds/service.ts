import { within } from '../../core/deadline.js';
import { CustosError } from '../../core/errors.js';
import { tryJson } from '../../core/json.js';
import type { HeldKey } from '../../core/signing/key-holder.js';
import type { CloudKeyUri } from '../../core/signing/key-uri.js';
import type { Scheme } from '../../core/signing/signing-key.js';

/** The key service of a cloud. */
export interface CloudKeys {
  /** @throws CustosError KEY_* */
  key(uri: CloudKeyUri): Promise<HeldKey>;
  /** @returns r ‖ s, 64 bytes. @throws CustosError KEY_* */
  sign(uri: CloudKeyUri, scheme: Scheme, bytes: Uint8Array): Promise<Uint8Array>;
}

/** One request to a service, made ready for the identity of this machine. */
export type Send = (signal: AbortSignal) => Promise<Response>;

/** Milliseconds for one request. */
const TIMEOUT = 10_000;
/** The same with signing in. */
const SIGNED_IN = 20_000;
const LONGEST_ANSWER = 64 * 1024;

/**
 * Asks a service once; whoever wants the signature asks again later, so nothing is tried again here.
 * @param what - name of the service in errors
 * @returns the JSON of the answer
 * @throws CustosError KEY_THROTTLED, KEY_NOT_FOUND, KEY_REFUSED, KEY_UNREACHABLE: no part of the answer is quoted but its error code
 */
export async function askService(what: string, send: Send): Promise<unknown> {
  const signal = AbortSignal.timeout(TIMEOUT);
  let response: Response;
  let text: string;
  try {
    [response, text] = await within(SIGNED_IN, answerOf(send(signal)), () => late(what));
  } catch (thrown) {
    if (thrown instanceof CustosError) throw thrown;
    throw signal.aborted ? late(what) : new CustosError('KEY_UNREACHABLE', `${what} cannot be reached`);
  }
  const json = tryJson(text);
  if (response.ok && json !== undefined) return json;
  throw refusal(what, response, errorName(json));
}

async function answerOf(sent: Promise<Response>): Promise<[Response, string]> {
  const response = await sent;
  return [response, await textOf(response)];
}

function late(what: string): CustosError {
  return new CustosError('KEY_UNREACHABLE', `${what} did not answer in time`);
}

/** A member of an answer, as text. @throws CustosError KEY_UNREACHABLE: it has none */
export function textAt(value: unknown, path: readonly string[], what: string): string {
  let at: unknown = value;
  for (const key of path) {
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
  }
  if (typeof at === 'string') return at;
  throw new CustosError('KEY_UNREACHABLE', `the answer of ${what} has no ${path.join('.')}`);
}

/** r ‖ s of an ECDSA signature in DER (RFC 3279, 2.2.3), with each number in 32 bytes. @throws CustosError KEY_UNREACHABLE */
export function fromDer(der: Uint8Array, what: string): Uint8Array {
  const bad = () => new CustosError('KEY_UNREACHABLE', `the signature of ${what} is not DER`);
  if (der[0] !== 0x30 || der[1] !== der.length - 2) throw bad();
  const first = integerAt(der, 2);
  const second = first && integerAt(der, first.end);
  if (first === undefined || second === undefined || second.end !== der.length) throw bad();
  const signature = new Uint8Array(64);
  signature.set(first.bytes, 32 - first.bytes.length);
  signature.set(second.bytes, 64 - second.bytes.length);
  return signature;
}

function integerAt(der: Uint8Array, at: number): { readonly bytes: Uint8Array; readonly end: number } | undefined {
  const length = der[at + 1] ?? 0;
  const end = at + 2 + length;
  if (der[at] !== 0x02 || length < 1 || length > 33 || end > der.length) return undefined;
  const whole = der.subarray(at + 2, end);
  // A zero in front keeps the number positive.
  const bytes = whole[0] === 0 ? whole.subarray(1) : whole;
  return bytes.length > 32 ? undefined : { bytes, end };
}

/** @throws CustosError KEY_UNSUITABLE */
export function unsuitable(what: string, scheme: Scheme): CustosError {
  return new CustosError('KEY_UNSUITABLE', `a key of this kind at ${what} does not sign ${scheme}`);
}

/** Names by which services say that there were too many requests; AWS says it with status 400. */
const throttling = /throttl|limitexceeded|toomanyrequests|resource_exhausted|requestlimit/i;
/** Names of faults of the service itself, which AWS gives the statuses 400 and 500. */
const passing = /kmsinternal|dependencytimeout|internalfailure|serviceunavailable|keyunavailable/i;
const missing = /notfound|not_found/i;

function refusal(what: string, response: Response, name: string | undefined): CustosError {
  const { status } = response;
  const said = `${what} answered with status ${status}${name === undefined ? '' : ` ${name}`}`;
  const retryAfter = secondsOf(response.headers.get('retry-after'));
  const details = { ...(retryAfter !== undefined && { retryAfter }) };
  if (status === 429 || throttling.test(name ?? '')) return new CustosError('KEY_THROTTLED', said, details);
  if (status >= 500 || status === 408 || response.ok || passing.test(name ?? '')) {
    return new CustosError('KEY_UNREACHABLE', said, details);
  }
  if (status === 404 || missing.test(name ?? '')) return new CustosError('KEY_NOT_FOUND', said);
  return new CustosError('KEY_REFUSED', said);
}

/** Milliseconds. */
function secondsOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,4}$/.test(text) ? Number(text) * 1000 : undefined;
}

/** The name of an error: AWS `__type`, GCP `error.status`, Azure `error.code`; nothing that is not a plain word. */
function errorName(json: unknown): string | undefined {
  const own = (value: unknown, key: string): unknown =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  const error = own(json, 'error');
  const name = own(json, '__type') ?? own(error, 'status') ?? own(error, 'code');
  const [, word] = typeof name === 'string' ? (/^(?:[\w.]{1,60}#)?(\w{1,60})$/.exec(name) ?? []) : [];
  return word;
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LONGEST_ANSWER) throw new CustosError('KEY_UNREACHABLE', 'a key service answered with too many bytes');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
