import { isIP } from 'node:net';
import { CustosError } from '../core/errors.js';
import { type Network, quote } from '../core/ids.js';

/**
 * Checks the URL of the cloud or gateway: http or https, no user name, password, query or fragment; https on mainnet
 * unless the host is this machine or a private one.
 * @throws CustosError URL_INVALID, URL_INSECURE
 */
export function checkCloudUrl(url: string, network: Network): URL {
  return checkUrl(url, { network, what: 'cloud', credentials: false });
}

/** As `checkCloudUrl`, for the four-eye service. */
export function checkFourEyeUrl(url: string, network: Network): URL {
  return checkUrl(url, { network, what: 'four-eye', credentials: false });
}

/** As `checkCloudUrl`, for an own node; it may carry `user:password@` and a query, as node providers hand them out. */
export function checkNodeUrl(url: string, network: Network): URL {
  return checkUrl(url, { network, what: 'node', credentials: true });
}

function checkUrl(
  text: string,
  { network, what, credentials }: { network: Network; what: string; credentials: boolean },
): URL {
  // The URL itself may hold a secret, so it is not repeated.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') {
    throw new CustosError('URL_INVALID', `the ${what} URL is not a complete http or https URL`);
  }
  // An empty query or fragment cannot be seen in the parsed URL, yet a path that is put behind it would be lost in it.
  const extras = url.username !== '' || url.password !== '' || text.includes('?');
  if (text.includes('#') || (extras && !credentials)) {
    throw new CustosError('URL_INVALID', `the ${what} URL has a user name, password, query or fragment`);
  }
  if (network === 'mainnet' && url.protocol === 'http:' && !isPrivateHost(url.hostname)) {
    throw new CustosError('URL_INSECURE', `the ${what} URL of host ${url.hostname} is not https`);
  }
  return url;
}

/** True for loopback and private addresses (RFC 1918, RFC 4193, RFC 6761) and for names that never leave a site. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(host) === 4) {
    const [a = 0, b = 0] = host.split('.').map(Number);
    return a === 127 || a === 10 || (a === 192 && b === 168) || (a === 172 && b >= 16 && b <= 31);
  }
  if (isIP(host) === 6) return host === '::1' || /^f[cd][0-9a-f]{2}:/.test(host);
  return host === 'localhost' || /\.(localhost|local|internal)$/.test(host);
}

/** @returns origin and path of a checked URL without a slash at the end: what a path is put behind */
export function baseOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

/**
 * One segment of a URL path, made of a foreign id. What would lead to another path, query or host is refused, not encoded,
 * because servers differ in when they decode.
 * @throws CustosError PENDING_INVALID
 */
export function pathSegment(id: string): string {
  if (!/^[A-Za-z0-9_.~-]+$/.test(id) || id === '.' || id === '..') {
    throw new CustosError('PENDING_INVALID', `${quote(id)} does not fit into a URL`);
  }
  return id;
}
