import { CustosClientError } from './errors.js';
import type { Event } from './operations.js';

/** A message as it came to the receiver of a webhook. */
export interface WebhookMessage {
  /** `Headers` of the web, or names in lower case, as Node has them. */
  readonly headers: WebHeaders | PlainHeaders;
  /** Byte for byte, before anything parsed it. */
  readonly body: string | Uint8Array;
}

/** What a receiver knows of its webhook: one of both is enough. */
export interface WebhookKeys {
  /** `whsec_…`, for signatures `v1`. Several, while a new one takes the place of another. */
  readonly secret?: string | readonly string[];
  /** `whpk_…`, for signatures `v1a`. */
  readonly publicKey?: string | readonly string[];
  /** Seconds that a message may be old, or ahead; 300 by default. */
  readonly tolerance?: number;
  /** Milliseconds since 1970; those of the clock by default. */
  readonly now?: number;
}

interface WebHeaders {
  get(name: string): string | null;
}
type PlainHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Who gets a message twice within this time knows it by its id; an older one is refused. */
const TOLERANCE = 300;
/** As Standard Webhooks says; those of Custos have 32 bytes. */
const SECRET_BYTES = { least: 24, most: 64 };
const PUBLIC_BYTES = { least: 32, most: 32 };

/** What a webhook got is not from its server, or too old. Answer it with 401, and do nothing. */
export class CustosWebhookError extends CustosClientError {
  override readonly name = 'CustosWebhookError';

  constructor(message: string) {
    super('WEBHOOK_INVALID', message);
  }
}

/**
 * Verifies a message by Standard Webhooks, and reads its event. The same event may come twice: remember its id.
 * @throws CustosWebhookError: it is not genuine, or too old; CustosClientError CLIENT_OPTIONS: the keys cannot be read
 */
export async function verifyWebhook({ headers, body }: WebhookMessage, keys: WebhookKeys): Promise<Event> {
  const [id, time, given] = ['id', 'timestamp', 'signature'].map((name) => headerOf(headers, `webhook-${name}`));
  if (id === undefined || time === undefined || given === undefined) {
    throw new CustosWebhookError('the message is not signed');
  }
  const { tolerance = TOLERANCE, now = Date.now() } = keys;
  const away = Math.abs(now / 1000 - (/^\d{1,12}$/.test(time) ? Number(time) : Number.NaN));
  if (!(away <= tolerance)) throw new CustosWebhookError('the message is too old, or of a clock that is wrong');
  const bytes = bytesAsTheyCame(body);
  const start = new TextEncoder().encode(`${id}.${time}.`);
  const content = new Uint8Array(start.length + bytes.length);
  content.set(start);
  content.set(bytes, start.length);
  if (!(await isGenuine(content, given.split(' '), keys))) throw new CustosWebhookError('no signature is right');
  return eventOf(new TextDecoder().decode(bytes));
}

/** Frameworks parse bodies, and what was parsed is not what was signed. @throws CustosClientError CLIENT_OPTIONS */
function bytesAsTheyCame(body: unknown): Uint8Array {
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  throw new CustosClientError(
    'CLIENT_OPTIONS',
    'give the body of the message as it came, as a text or bytes, and not parsed',
  );
}

async function isGenuine(
  content: Uint8Array<ArrayBuffer>,
  given: readonly string[],
  { secret = [], publicKey = [] }: WebhookKeys,
): Promise<boolean> {
  const shared = [secret].flat().map((text) => keyOf(text, 'whsec_', SECRET_BYTES));
  const known = [publicKey].flat().map((text) => keyOf(text, 'whpk_', PUBLIC_BYTES));
  if (shared.length + known.length === 0) {
    throw new CustosClientError('CLIENT_OPTIONS', 'give the secret or the public key of the webhook');
  }
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  for (const bytes of shared) {
    // `verify` compares in constant time.
    const key = await crypto.subtle.importKey('raw', bytes, hmac, false, ['verify']);
    for (const one of signatures(given, 'v1')) if (await crypto.subtle.verify(hmac, key, one, content)) return true;
  }
  for (const bytes of known) {
    const key = await crypto.subtle.importKey('raw', bytes, 'Ed25519', false, ['verify']);
    for (const one of signatures(given, 'v1a')) {
      if (await crypto.subtle.verify('Ed25519', key, one, content)) return true;
    }
  }
  return false;
}

/** Those of one version; what is no Base64 is none. */
function signatures(given: readonly string[], version: string): readonly Uint8Array<ArrayBuffer>[] {
  return given
    .filter((one) => one.startsWith(`${version},`))
    .flatMap((one) => bytesOf(one.slice(version.length + 1)) ?? []);
}

function keyOf(
  text: unknown,
  prefix: string,
  { least, most }: { readonly least: number; readonly most: number },
): Uint8Array<ArrayBuffer> {
  const bytes = typeof text === 'string' && text.startsWith(prefix) ? bytesOf(text.slice(prefix.length)) : undefined;
  if (bytes !== undefined && bytes.length >= least && bytes.length <= most) return bytes;
  throw new CustosClientError(
    'CLIENT_OPTIONS',
    `a webhook has no such key: it begins with ${prefix} and has ${least} to ${most} bytes in Base64`,
  );
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function headerOf(headers: WebHeaders | PlainHeaders, name: string): string | undefined {
  const found = isOfTheWeb(headers) ? headers.get(name) : headers[name];
  return typeof found === 'string' ? found : undefined;
}

function isOfTheWeb(headers: WebHeaders | PlainHeaders): headers is WebHeaders {
  return typeof headers['get' as keyof typeof headers] === 'function';
}

function eventOf(text: string): Event {
  try {
    // Signed by the server, whose events have this form.
    return JSON.parse(text) as Event;
  } catch {
    throw new CustosWebhookError('the message is no event');
  }
}
