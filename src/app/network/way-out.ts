import { readFileSync } from 'node:fs';
import { createFetch } from '../../cloud/fetch.js';
import { CustosError } from '../../core/errors.js';
import { type ExtraHeaders, noHeaders, parseHeaderFile } from '../../core/network/extra-headers.js';
import { type ProxyRules, readProxyRules } from '../../core/network/proxy.js';
import { type Config, settingValue } from '../config/config.js';

/** Which requests of this command go through a proxy. @throws CustosError CONFIG_INVALID */
export function proxiesOf({ environment, flags }: Config): ProxyRules {
  return readProxyRules(environment, { loopback: flags['proxyLoopback'] === true });
}

/** The way out for rooms that ask by `fetch`. @throws CustosError CONFIG_INVALID */
export function fetchOf(config: Config): typeof fetch {
  return createFetch(proxiesOf(config));
}

/** The operator's own headers for cloud or four-eye service. @throws CustosError CONFIG_INVALID */
export function readHeaders(config: Config, name: 'cloudHeaderFile' | 'fourEyeHeaderFile'): ExtraHeaders {
  const file = settingValue(name, config.flags, config.environment);
  if (file === undefined) return noHeaders;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch {
    throw new CustosError('CONFIG_INVALID', `the header file ${file} cannot be read as UTF-8`);
  }
  return parseHeaderFile(text, file);
}
