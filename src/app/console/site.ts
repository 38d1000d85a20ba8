import { isIP } from 'node:net';
import type { ConsoleSite } from '../../api/console/parts.js';

/** @param origin - as browsers write it */
export function siteOf(origin: string): ConsoleSite {
  const { hostname } = new URL(origin);
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
  return { origin, hasPasskeys: !isAddress };
}
