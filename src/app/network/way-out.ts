import { createFetch } from '../../cloud/fetch.js';
import { CustosError } from '../../core/errors.js';
import { type ExtraHeaders, noHeaders, parseHeaderFile } from '../../core/network/extra-headers.js';
import { noProxies, type ProxyRules, readProxyRules } from '../../core/network/proxy.js';
import { utf8Text } from '../../core/text/text-bytes.js';
import { type NamedFile, readNamedFileNow } from '../../files/named-file.js';
import { refusedAs } from '../../files/refused.js';
import type { ProxyConfig } from '../config/config.js';

/** More than any server takes as headers, in bytes. */
const MAX_HEADERS = 64 * 1024;

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
  const text = utf8Text(headerFile(file).bytes);
  if (text === undefined) throw new CustosError('CONFIG_INVALID', `the header file ${file} is not UTF-8 text`);
  return parseHeaderFile(text, file);
}

function headerFile(file: string): NamedFile {
  try {
    return readNamedFileNow(file, { most: MAX_HEADERS });
  } catch (error) {
    return refusedAs('CONFIG_INVALID', 'the header file ')(error);
  }
}
