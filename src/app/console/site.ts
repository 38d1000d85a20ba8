import { isIP } from 'node:net';
import type { ConsoleSite } from '../../api/console/parts.js';
import { isLocalName } from '../../core/access/relying-party.js';

/** @param origin - as browsers write it */
export function siteOf(origin: string): ConsoleSite {
  const { hostname, protocol } = new URL(origin);
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
  return { origin, hasPasskeys: !isAddress, isSecure: protocol === 'https:' || isLocalName(hostname) };
}
