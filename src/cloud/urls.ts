import { isIP } from 'node:net';
import { CustosError } from '../core/errors.js';
import { type Network, quote } from '../core/ids.js';
import { isLoopback } from '../core/network/loopback.js';

/**
 * Checks the URL of the cloud or gateway: http or https, no user name, password, query or fragment; https on mainnet
 * unless the host is this machine or a private one (`isPrivateHost`).
 * @throws CustosError URL_INVALID, URL_INSECURE
 */
export function checkCloudUrl(url: string, network: Network): URL {
  return checkUrl(url, { network, what: 'cloud', credentials: false });
}

/** Like `checkCloudUrl`, for the four-eye service. */
export function checkFourEyeUrl(url: string, network: Network): URL {
  return checkUrl(url, { network, what: 'four-eye', credentials: false });
}

/** Like `checkCloudUrl`, for a service that approves for a person. */
export function checkApproverUrl(url: string, network: Network): URL {
  return checkUrl(url, { network, what: 'approver', credentials: false });
}

/** Like `checkCloudUrl`, for a collector of traces. */
export function checkCollectorUrl(url: string, network: Network): URL {
  return checkUrl(url, { network, what: 'collector', credentials: false });
}

/** Of an identity provider: https, or this machine. @throws CustosError URL_INVALID, URL_INSECURE */
export function checkIssuerUrl(url: string): URL {
  const checked = checkUrl(url, { network: 'mainnet', what: 'issuer', credentials: false });
  if (checked.protocol === 'https:' || isLoopback(checked.hostname)) return checked;
  throw new CustosError('URL_INSECURE', `the issuer URL of host ${checked.hostname} is not https`);
}

/** Like `checkCloudUrl`, for the operator's node; it may have `user:password@` and a query, because node providers use them. */
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
  // The parsed URL does not show an empty query or fragment, but a path appended to it would become part of it.
  const extras = url.username !== '' || url.password !== '' || text.includes('?');
  if (text.includes('#') || (extras && !credentials)) {
    throw new CustosError('URL_INVALID', `the ${what} URL has a user name, password, query or fragment`);
  }
  if (network === 'mainnet' && url.protocol === 'http:' && !isPrivateHost(url.hostname)) {
    throw new CustosError('URL_INSECURE', `the ${what} URL of host ${url.hostname} is not https`);
  }
  return url;
}

/**
 * True for hosts on this machine or site: loopback, private and shared addresses (RFC 1918, RFC 4193, RFC 6598), also in their
 * IPv4-mapped IPv6 form, `localhost`, single-label names as in container networks, and names below `.localhost`, `.internal`
 * and `.svc`. Not `.local`: any machine on the same network may answer to such a name (RFC 6762).
 */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(host) === 4) return isPrivateAddress(host);
  if (isIP(host) === 6) {
    const mapped = mappedAddress(host);
    return mapped === undefined ? host === '::1' || /^f[cd][0-9a-f]{2}:/.test(host) : isPrivateAddress(mapped);
  }
  // A trailing dot makes a single label a public name.
  return /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/.test(host) ? host !== 'local' : /\.(localhost|internal|svc)$/.test(host);
}

function isPrivateAddress(address: string): boolean {
  const [a = 0, b = 0] = address.split('.').map(Number);
  if (a === 127 || a === 10) return true;
  return (a === 192 && b === 168) || (a === 172 && b >= 16 && b <= 31) || (a === 100 && b >= 64 && b <= 127);
}

/** The IPv4 address in an address of the form `::ffff:7f00:1`, as the URL parser writes `::ffff:127.0.0.1` (RFC 4291, 2.5.5.2). */
function mappedAddress(host: string): string | undefined {
  const match = /^::ffff:(?:([0-9a-f]{1,4}):([0-9a-f]{1,4})|(\d+\.\d+\.\d+\.\d+))$/.exec(host);
  if (match === null) return undefined;
  const [, high = '', low = '', dotted] = match;
  if (dotted !== undefined) return dotted;
  const number = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

/** @returns origin and path of a checked URL without a trailing slash, to which a path is appended */
export function baseOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

/**
 * Makes one segment of a URL path from a foreign id. An id that would lead to another path, query or host is refused and not
 * encoded, because servers differ in when they decode.
 * @throws CustosError PENDING_INVALID
 */
export function pathSegment(id: string): string {
  if (!/^[A-Za-z0-9_.~-]+$/.test(id) || id === '.' || id === '..') {
    throw new CustosError('PENDING_INVALID', `${quote(id)} does not fit into a URL`);
  }
  return id;
}
