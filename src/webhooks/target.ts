import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { CustosError } from '../core/errors.js';

/** Networks that are not the public internet (RFC 6890 and the registries of IANA). */
const inner = new BlockList();
for (const [network, bits] of [
  ...([
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
  ] as const),
  ...([
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
  ] as const),
  ...([
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ] as const),
] as const) {
  inner.addSubnet(network, bits, 'ipv4');
}
/** Only global unicast is public, without the parts that lead to other addresses. */
const outer = new BlockList();
outer.addSubnet('2000::', 3, 'ipv6');
const tunnels = new BlockList();
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
] as const) {
  tunnels.addSubnet(network, bits, 'ipv6');
}

/** Where a request goes: the name is resolved once, and the connection is made to this address. */
export interface Target {
  readonly url: URL;
  readonly address: string;
  readonly family: 4 | 6;
}

/** Whether an address is one of the public internet. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !inner.check(address, 'ipv4');
  return isIP(address) === 6 && outer.check(address, 'ipv6') && !tunnels.check(address, 'ipv6');
}

/**
 * Reads the URL of a receiver. Others may be public and take https; hosts that the operator allows may be private and plain.
 * @param allowed - names or addresses with their ports where one is given, such as `hooks.internal` or `127.0.0.1:9000`
 * @throws CustosError WEBHOOK_URL_REFUSED
 */
export function readTarget(text: string, allowed: readonly string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.protocol === 'http:';
  if (url === undefined || (!isPlain && url.protocol !== 'https:')) throw refused('it is no http or https URL');
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw refused('it has a user, password or fragment');
  if (isPlain && !isAllowed(url, allowed)) throw refused('plain http is for hosts that the operator allows');
  return url;
}

/** Resolves a receiver's name. @throws CustosError WEBHOOK_URL_REFUSED */
export async function resolveTarget(text: string, allowed: readonly string[]): Promise<Target> {
  const url = readTarget(text, allowed);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  // An address needs no look-up, which would wait for a thread.
  const found = family > 0 ? [{ address: host, family }] : await lookup(host, { all: true }).catch(() => []);
  const [first] = found;
  if (first === undefined) throw refused('its host has no address');
  // One inner address among them is enough to refuse: which one is taken must not depend on luck.
  if (!isAllowed(url, allowed) && !found.every(({ address }) => isPublic(address))) {
    throw refused('its host is not public, and the operator does not allow it');
  }
  return { url, address: first.address, family: first.family === 6 ? 6 : 4 };
}

function isAllowed({ hostname, host }: URL, allowed: readonly string[]): boolean {
  return allowed.some((one) => one.toLowerCase() === hostname || one.toLowerCase() === host);
}

function refused(why: string): CustosError {
  return new CustosError('WEBHOOK_URL_REFUSED', `the URL of the webhook is refused: ${why}`);
}
