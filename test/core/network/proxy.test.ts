import { describe, expect, it } from 'vitest';
import { readProxyRules } from '../../../src/core/network/proxy.js';

const both = { HTTPS_PROXY: 'http://secure.proxy:8080', HTTP_PROXY: 'http://plain.proxy' };
const hostFor = (environment: Record<string, string>, url: string) =>
  readProxyRules(environment).proxyOf(new URL(url))?.host;

describe('a proxy', () => {
  it('a proxy is chosen by the protocol of the request, and the lower-case variable wins', () => {
    expect(hostFor(both, 'https://a.example')).toBe('secure.proxy');
    expect(hostFor(both, 'http://a.example')).toBe('plain.proxy');
    expect(hostFor({ ...both, https_proxy: 'small.proxy:3128' }, 'https://a.example')).toBe('small.proxy');
    expect(hostFor({}, 'https://a.example')).toBeUndefined();
    expect(hostFor({ HTTPS_PROXY: '' }, 'https://a.example')).toBeUndefined();
  });

  it.each([
    'http://localhost:1',
    'http://127.0.0.1',
    'https://127.9.9.9',
    'http://[::1]:1',
    'http://[::ffff:127.0.0.1]',
    'http://a.localhost',
  ])('a proxy is never used for %s unless loopback proxying is requested', (url) => {
    expect(hostFor(both, url)).toBeUndefined();
    expect(readProxyRules(both, { loopback: true }).proxyOf(new URL(url))).toBeDefined();
  });

  it.each([
    ['*', 'https://a.example', true],
    ['a.example', 'https://a.example', true],
    ['a.example', 'https://b.a.example', true],
    ['.a.example', 'https://b.a.example', true],
    ['*.a.example', 'https://b.a.example', true],
    ['A.EXAMPLE', 'https://a.example', true],
    ['x, a.example', 'https://a.example', true],
    ['x a.example', 'https://a.example', true],
    ['a.example', 'https://ba.example', false],
    ['a.example', 'https://a.example.evil', false],
    ['a.example:443', 'https://a.example', true],
    ['a.example:8443', 'https://a.example', false],
    ['a.example:8443', 'https://a.example:8443', true],
    ['10.0.0.0/8', 'http://10.1.2.3', true],
    ['10.0.0.0/8', 'http://11.1.2.3', false],
    ['10.1.2.3', 'http://10.1.2.3', true],
    ['192.168.1.0/24', 'http://192.168.2.1', false],
    ['fd00::1', 'http://[fd00::1]', true],
    ['[fd00::1]:80', 'http://[fd00::1]', true],
    ['fd00::1', 'http://[fd00::2]', false],
    ['', 'https://a.example', false],
  ])('a proxy is bypassed as NO_PROXY "%s" says for %s: %s', (exceptions, url, isStraight) => {
    expect(hostFor({ ...both, NO_PROXY: exceptions }, url) === undefined).toBe(isStraight);
    expect(hostFor({ ...both, no_proxy: exceptions, NO_PROXY: 'other' }, url) === undefined).toBe(
      isStraight || (exceptions === '' && url.includes('other')),
    );
  });

  it('a proxy gets its user and password in a header', () => {
    const rules = readProxyRules({ HTTPS_PROXY: 'https://me:p%40ss@proxy.example' });
    const authorization = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    const expected = { protocol: 'https:', host: 'proxy.example', port: 443, authorization };
    expect(rules.proxyOf(new URL('https://a.example'))).toEqual(expected);
  });

  it.each(['socks5://me:s3cret@proxy', 'ftp://proxy', 'http://', 'http://me:s3cret@'])(
    'a proxy is refused as "%s"',
    (url) => {
      const read = () => readProxyRules({ HTTPS_PROXY: url });
      expect(read).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
      expect(read).not.toThrow(/s3cret/);
    },
  );
});
