import { createHash, timingSafeEqual } from 'node:crypto';
import { CustosError } from '../core/errors.js';
import { quote } from '../core/ids.js';
import type { Secret } from '../core/secret.js';
import { requestInvalid } from './answers.js';

/** Largest request body, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** Deepest nesting of a request body; the parsers behind it recurse. */
const MAX_DEPTH = 40;

/** @returns a check of the API key whose time says nothing about the key: both sides are hashed to 32 bytes first */
export function keyCheck(apiKey: Secret): (given: string | undefined) => boolean {
  const expected = sha256(apiKey.exposeBytes());
  return (given) => given !== undefined && timingSafeEqual(sha256(given), expected);
}

/** @throws CustosError API_KEY_MISSING, API_KEY_INVALID */
export function refuseKey(given: string | undefined): never {
  if (given === undefined) throw new CustosError('API_KEY_MISSING', 'the header x-api-key is missing');
  throw new CustosError('API_KEY_INVALID', 'the header x-api-key holds another key than the gateway has');
}

/**
 * Makes the check of the Host header. A web page that rebinds its own name to this machine (DNS rebinding) still sends
 * its own name, so a gateway on loopback answers loopback names only.
 * @returns a check that throws CustosError HOST_NOT_ALLOWED
 */
export function hostCheck(listeningOn: string, allowedHosts: readonly string[]): (header: string | undefined) => void {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()));
  const anyHost = !isLoopback(listeningOn) && allowed.size === 0;
  return (header) => {
    const host = hostName(header);
    if (host !== undefined && (anyHost || isLoopback(host) || allowed.has(host))) return;
    throw new CustosError('HOST_NOT_ALLOWED', `the host ${quote(header)} is not one of this gateway`);
  };
}

function hostName(header: string | undefined): string | undefined {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/.exec(header ?? '');
  return match?.[1]?.toLowerCase();
}

/** True for `localhost`, 127.0.0.0/8 and ::1. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[?::1\]?)$/i.test(host);
}

/**
 * Parses a JSON body.
 * @throws CustosError REQUEST_INVALID: no JSON, or nested deeper than 40 levels
 */
export function parseBody(text: string): unknown {
  const parsed = parseJson(text);
  if (isTooDeep(parsed)) {
    throw requestInvalid([{ property: 'body', rule: 'depth', text: `body must not nest deeper than ${MAX_DEPTH}` }]);
  }
  return parsed;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw requestInvalid([{ property: 'body', rule: 'json', text: 'body must be JSON' }]);
  }
}

function isTooDeep(root: unknown): boolean {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
  return false;
}

function sha256(data: string | Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}
