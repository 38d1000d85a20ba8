import { CustosError } from '../core/errors.js';

/** Settings by the name of their environment variable. */
export type Settings = Readonly<Record<string, string | undefined>>;

const TIMEOUT = 15_000;
const MAX_ANSWER = 256 * 1024;

/** @throws CustosError PASSWORD_SOURCE: one line that names every setting that is missing */
export function requireSettings<N extends string>(settings: Settings, names: readonly N[]): Record<N, string> {
  const missing = names.filter((name) => !settings[name]);
  if (missing.length > 0) throw new CustosError('PASSWORD_SOURCE', `not set: ${missing.join(', ')}`);
  return Object.fromEntries(names.map((name) => [name, settings[name] ?? ''])) as Record<N, string>;
}

/**
 * Asks a service for JSON. The answer may hold the password, so no part of it is ever quoted.
 * @throws CustosError PASSWORD_SOURCE
 */
export async function askJson(what: string, send: (signal: AbortSignal) => Promise<Response>): Promise<unknown> {
  const signal = AbortSignal.timeout(TIMEOUT);
  let response: Response;
  let text: string;
  try {
    response = await send(signal);
    text = await response.text();
  } catch {
    const why = signal.aborted ? 'did not answer in time' : 'cannot be reached';
    throw new CustosError('PASSWORD_SOURCE', `${what} ${why}`);
  }
  if (!response.ok) throw new CustosError('PASSWORD_SOURCE', `${what} answered with status ${response.status}`);
  try {
    if (text.length > MAX_ANSWER) throw new RangeError();
    return JSON.parse(text);
  } catch {
    throw new CustosError('PASSWORD_SOURCE', `${what} answered with something that is not JSON`);
  }
}

/** @throws CustosError PASSWORD_SOURCE: no text at this place of the answer */
export function textAt(value: unknown, path: readonly (string | number)[], what: string): string {
  let at: unknown = value;
  for (const key of path) {
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
  }
  if (typeof at !== 'string' || at === '') throw new CustosError('PASSWORD_SOURCE', `${what} has no ${path.join('.')}`);
  return at;
}

/** @throws CustosError PASSWORD_SOURCE: not a complete https URL (http is taken on loopback) */
export function serviceUrl(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = url !== undefined && /^(127\.|\[::1\]|localhost$)/.test(url.hostname);
  if (url === undefined || (url.protocol !== 'https:' && !local)) {
    throw new CustosError('PASSWORD_SOURCE', `${name} is not a complete https URL`);
  }
  return url;
}
