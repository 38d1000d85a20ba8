import { createHash, timingSafeEqual } from 'node:crypto';
import { CustosError } from '../core/errors.js';
import { quote } from '../core/ids.js';
import type { Secret } from '../core/secret.js';

/** @returns a check of the API key whose time says nothing about the key: both sides are hashed to 32 bytes first */
export function keyCheck(apiKey: Secret): (given: string | undefined) => boolean {
  const expected = sha256(apiKey.exposeBytes());
  return (given) => given !== undefined && timingSafeEqual(sha256(given), expected);
}

// Clients of the node proxies send the key only there, as the API documents it.
const keyPaths = [
  /^\/v3\/[a-z]+\/web3\/([^/]+)$/,
  /^\/v3\/blockchain\/node\/[^/]+\/([^/]+)/,
  /^\/v3\/egld\/node\/([^/]+)/,
  /^\/v3\/algorand\/node\/(?:algod|indexer)\/([^/]+)/,
];

/** The API key in the path of a node proxy, as it was before it was encoded for the URL. */
export function pathKey(path: string): string | undefined {
  const [key] = keyPaths.flatMap((form) => form.exec(path)?.[1] ?? []);
  try {
    return key === undefined ? undefined : decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** @throws CustosError API_KEY_MISSING, API_KEY_INVALID: says where the key stands, never which it is */
export function refuseKey({ header, path }: { header: string | undefined; path: string | undefined }): never {
  if (header !== undefined) {
    throw new CustosError('API_KEY_INVALID', 'the header x-api-key holds another key than the gateway has');
  }
  if (path !== undefined) {
    throw new CustosError('API_KEY_INVALID', 'the path holds another key than the gateway has');
  }
  throw new CustosError('API_KEY_MISSING', 'the header x-api-key is missing');
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

function sha256(data: string | Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}
