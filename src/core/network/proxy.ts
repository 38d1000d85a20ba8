import { CustosError } from '../errors.js';
import { isLoopback } from './loopback.js';

/** A proxy between this and other machines. */
export interface WebProxy {
  readonly protocol: 'http:' | 'https:';
  readonly host: string;
  readonly port: number;
  /** Value of `proxy-authorization`; never shown. */
  readonly authorization?: string;
}

/** Decides which requests go through a proxy. */
export interface ProxyRules {
  /** @returns undefined for a direct request */
  proxyOf(url: URL): WebProxy | undefined;
}

/** Every request is direct. */
export const noProxies: ProxyRules = { proxyOf: () => undefined };

/**
 * Reads HTTPS_PROXY (for https), HTTP_PROXY (for http) and NO_PROXY, in upper or lower case; lower case wins, as in curl. Loopback
 * is proxied only on request: otherwise another machine would get requests that are meant for this one.
 * @throws CustosError CONFIG_INVALID: a proxy that is not http or https; the message omits its URL, which may hold a password
 */
export function readProxyRules(
  environment: Readonly<Record<string, string | undefined>>,
  { loopback = false }: { readonly loopback?: boolean } = {},
): ProxyRules {
  const settingOf = (name: string) => environment[name.toLowerCase()] || environment[name] || undefined;
  const secure = parseProxy('HTTPS_PROXY', settingOf('HTTPS_PROXY'));
  const plain = parseProxy('HTTP_PROXY', settingOf('HTTP_PROXY'));
  const exceptions = (settingOf('NO_PROXY') ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  return {
    proxyOf(url) {
      const proxy = url.protocol === 'https:' ? secure : plain;
      if (proxy === undefined || (!loopback && isLoopbackName(hostOf(url)))) return undefined;
      return exceptions.some((entry) => isExcepted(url, entry)) ? undefined : proxy;
    },
  };
}

function parseProxy(name: string, value: string | undefined): WebProxy | undefined {
  if (value === undefined) return undefined;
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') {
    throw new CustosError('CONFIG_INVALID', `${name} is not the URL of an http or https proxy`);
  }
  const credentials = `${decode(url.username)}:${decode(url.password)}`;
  return {
    protocol: url.protocol,
    host: hostOf(url),
    port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    ...(credentials !== ':' && { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
  };
}

/** User name and password are percent-encoded in a URL (RFC 3986, 3.2.1). */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
}

function isLoopbackName(host: string): boolean {
  return isLoopback(host) || /^(.+\.localhost|::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4})$/.test(host);
}

/** One entry of NO_PROXY: `*`, a name (with all its subdomains), an address, or a network such as 10.0.0.0/8; each with or without a port. */
function isExcepted(url: URL, entry: string): boolean {
  if (entry === '*') return true;
  const [, name = '', port] = /^(.*?)(?::(\d+))?$/.exec(entry.replace(/^\[(.*)\]/, '$1')) ?? [];
  const isAddress = entry.includes('::') || (entry.match(/:/g)?.length ?? 0) > 1;
  const wanted = (isAddress && !entry.startsWith('[') ? entry : name).toLowerCase().replace(/^\*?\./, '');
  const actual = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (port !== undefined && !(isAddress && !entry.startsWith('[')) && port !== actual) return false;
  const host = hostOf(url);
  return host === wanted || host.endsWith(`.${wanted}`) || isInNetwork(host, wanted);
}

function isInNetwork(host: string, network: string): boolean {
  const [, base = '', bits = ''] = /^(\d+\.\d+\.\d+\.\d+)\/(\d{1,2})$/.exec(network) ?? [];
  const [address, start] = [numberOf(host), numberOf(base)];
  if (address === undefined || start === undefined || Number(bits) > 32) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(address / size) === Math.floor(start / size);
}

function numberOf(address: string): number | undefined {
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(address)) return undefined;
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
