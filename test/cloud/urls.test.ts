import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fourEyeUrl } from '../../src/cloud/four-eye-client.js';
import { checkCloudUrl, checkFourEyeUrl, checkNodeUrl, isPrivateHost, pathSegment } from '../../src/cloud/urls.js';
import { failure } from '../support/http.js';

const checks = [
  ['cloud', checkCloudUrl],
  ['four-eye', checkFourEyeUrl],
  ['node', checkNodeUrl],
] as const;

const privateHosts = [
  ...['localhost', 'LOCALHOST', '127.0.0.1', '127.255.255.255', '127.1', '[::1]', '10.0.0.1', '10.255.255.255'],
  ...[
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '[fc00::1]',
    '[fdff::1]',
    'kms.internal',
    'a.b.internal',
    'node.localhost',
  ],
  // As Docker and Kubernetes name their services, carriers and overlay networks their machines, and IPv6 an IPv4 address.
  ...['gateway', 'GATEWAY', 'node-1', 'node_1', 'internal', 'approve.custos.svc', '100.64.0.1', '100.127.255.255'],
  ...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::ffff:10.1.2.3]', '[::ffff:192.168.0.1]', '[::ffff:100.64.0.1]'],
];
const publicHosts = [
  ...['example.com', '8.8.8.8', '11.0.0.1', '172.15.0.1', '172.32.0.1', '192.169.0.1', '126.0.0.1', '128.0.0.1'],
  ...['[2001:db8::1]', '[fe80::1]', '[::2]', 'localhost.example.com', '10.example.com'],
  // Anybody on the same network may answer to a name of multicast DNS.
  ...['local', 'node.local', 'NODE.LOCAL', 'node.local.', 'custos.svc.cluster.local', 'a.b.local'],
  ...['100.63.255.255', '100.128.0.0', '[::ffff:8.8.8.8]', '[::ffff:808:808]', '[::7f00:1]', '[::ffff:0:7f00:1]'],
  ...['gateway.', 'svc.example.com', 'example.svc.', 'gateway..', 'notsvc.com', '0.0.0.0'],
  ...['127.0.0.1.example.com', 'fc00.example.com'],
];

describe.each(checks)('the %s URL', (_name, check) => {
  it.each(privateHosts)('the URL may be http on mainnet at %s', (host) => {
    expect(check(`http://${host}:8080/path`, 'mainnet').port).toBe('8080');
  });

  it.each(publicHosts)('the URL must be https on mainnet at %s', async (host) => {
    expect(check(`https://${host}/path`, 'mainnet').protocol).toBe('https:');
    expect(() => check(`http://${host}/path`, 'mainnet')).toThrowError(
      expect.objectContaining({ code: 'URL_INSECURE' }),
    );
    expect(check(`http://${host}/path`, 'testnet').protocol).toBe('http:');
  });

  it.each([
    '',
    'example.com',
    '/path',
    'ftp://example.com',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://',
    'http://[',
  ])('the URL is not "%s"', (url) => {
    expect(() => check(url, 'testnet')).toThrowError(expect.objectContaining({ code: 'URL_INVALID' }));
  });

  it('the URL has no fragment', () => {
    expect(() => check('https://example.com/#part', 'testnet')).toThrowError(
      expect.objectContaining({ code: 'URL_INVALID' }),
    );
  });
});

describe('credentials and queries', () => {
  const urls = [
    'https://user:pa55word@example.com',
    'https://pa55word@example.com',
    'https://example.com/?key=pa55word',
  ];

  it.each(urls)(
    'credentials and queries are refused in the URLs of cloud and four-eye service and not repeated: %s',
    async (url) => {
      for (const check of [checkCloudUrl, checkFourEyeUrl]) {
        const error = await failure(Promise.resolve().then(() => check(url, 'mainnet')));
        expect(error).toMatchObject({ code: 'URL_INVALID' });
        expect(error.message).not.toContain('pa55word');
      }
    },
  );

  it.each(urls)('credentials and queries are accepted in the URL of a node: %s', (url) => {
    expect(checkNodeUrl(url, 'mainnet').host).toBe('example.com');
  });
});

it('any text is either a private host or not', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (host) => typeof isPrivateHost(host) === 'boolean'));
});

describe('one segment of a path', () => {
  const tricks = [
    '../healthz?',
    '..',
    '.',
    '%2e%2e',
    '%2E.',
    'a/b',
    'a\\b',
    '?x',
    '#',
    '',
    ' ',
    'a\nb',
    '//host',
    '@host',
    ':1',
    'ä',
    '..;',
  ];

  it.each(tricks)('a path segment is never made of "%s"', (id) => {
    expect(() => pathSegment(id)).toThrowError(expect.objectContaining({ code: 'PENDING_INVALID' }));
    expect(() => fourEyeUrl('https://example.com/approve', id)).toThrowError(
      expect.objectContaining({ code: 'PENDING_INVALID' }),
    );
  });

  it('a path segment stands behind the base path, whatever the id is', () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '%',
      '2e',
      '2f',
      '?',
      '#',
      '@',
      ':',
      ';',
      'a',
      '-',
      '\u0000',
      '\u202e',
    );
    const id = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(id, fc.constantFrom('https://example.com', 'https://example.com/a/b/'), (text, base) => {
        let url: URL;
        try {
          url = fourEyeUrl(base, text);
        } catch {
          return;
        }
        const prefix = new URL(base).pathname.replace(/\/$/, '');
        expect(url.href).toBe(`https://example.com${prefix}/${text}`);
      }),
    );
  });
});
