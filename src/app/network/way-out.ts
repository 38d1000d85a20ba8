import { readFileSync } from 'node:fs';
import { createFetch } from '../../cloud/fetch.js';
import { CustosError } from '../../core/errors.js';
import { type ExtraHeaders, noHeaders, parseHeaderFile } from '../../core/network/extra-headers.js';
import { noProxies, type ProxyRules, readProxyRules } from '../../core/network/proxy.js';
import type { ProxyConfig } from '../config/config.js';

/** The rules for which requests of this command use a proxy. @throws CustosError CONFIG_INVALID */
export function proxiesOf({ variables, loopback }: ProxyConfig): ProxyRules {
  return readProxyRules(variables, { loopback });
}

/** The `fetch` of this command, which obeys the proxy rules. @throws CustosError CONFIG_INVALID */
export function fetchOf(proxies: ProxyConfig): typeof fetch {
  return createFetch(proxiesOf(proxies));
}

/** A `fetch` that no proxy sees, for services of this machine. */
export function directFetch(): typeof fetch {
  return createFetch(noProxies);
}

/** The operator's own headers for cloud or four-eye service; none without a file. @throws CustosError CONFIG_INVALID */
export function readHeaders(file: string | undefined): ExtraHeaders {
  if (file === undefined) return noHeaders;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch {
    throw new CustosError('CONFIG_INVALID', `the header file ${file} cannot be read as UTF-8`);
  }
  return parseHeaderFile(text, file);
}
