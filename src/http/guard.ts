import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { CustosError } from '../core/errors.js';
import { quote } from '../core/ids.js';
import { isLoopback } from '../core/network/loopback.js';
import type { Secret } from '../core/secret.js';
import { requestInvalid } from './problems.js';

/** Host headers that are remembered. */
const MOST_HEADERS = 100;

/** @returns a check of a key in constant time: both sides are first hashed to 32 bytes */
export function keyCheck(key: Secret): (given: string | undefined) => boolean {
  const expected = sha256(key.exposeBytes());
  return (given) => given !== undefined && timingSafeEqual(sha256(given), expected);
}

/**
 * Makes the check of the Host header. A web page that rebinds its own name to this machine (DNS rebinding) still sends
 * its own name, so a server on loopback answers only to loopback names.
 * @param listeningOn - name or address that the server listens on
 * @param allowedHosts - further names, without port
 * @returns a check that throws CustosError HOST_NOT_ALLOWED
 */
export function hostCheck(listeningOn: string, allowedHosts: readonly string[]): (header: string | undefined) => void {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()));
  const anyHost = !isLoopback(listeningOn) && allowed.size === 0;
  /** Headers that passed: clients send the same one each time, and to read it costs as much as the rest of the check of a token. */
  const passed = new Set<string>();
  return (header) => {
    if (header !== undefined && passed.has(header)) return;
    const host = hostName(header);
    if (host !== undefined && (anyHost || isLoopback(host) || allowed.has(host))) {
      if (header !== undefined && passed.size < MOST_HEADERS) passed.add(header);
      return;
    }
    throw new CustosError('HOST_NOT_ALLOWED', `the host ${quote(header)} is not one of this server`);
  };
}

function hostName(header: string | undefined): string | undefined {
  const [, name] = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/.exec(header ?? '') ?? [];
  // Normalizes addresses: 127.1 is 127.0.0.1.
  return name !== undefined && URL.canParse(`http://${name}`) ? new URL(`http://${name}`).hostname : undefined;
}

/** Refuses content that has no meaning (RFC 9110, 9.3.1), because a proxy in front may read it as a second request. */
export const noContent: MiddlewareHandler = async ({ req }, next) => {
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  const hasContent = Number(req.header('content-length') ?? 0) > 0 || req.header('transfer-encoding') !== undefined;
  if (isRead && hasContent) {
    throw requestInvalid([{ property: 'body', rule: 'forbidden', text: `${req.method} has no body` }]);
  }
  await next();
};

function sha256(data: string | Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}
