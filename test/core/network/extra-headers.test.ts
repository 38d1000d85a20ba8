import { expect, it } from 'vitest';
import { parseHeaderFile } from '../../../src/core/network/extra-headers.js';

it('a header file has one header per line, with comments and empty lines between', () => {
  const text = '\uFEFF# for the proxy in front\r\nAuthorization: Basic bWU6czNjcmV0\r\n\nX-Team:  treasury \n';
  const { headers, secrets } = parseHeaderFile(text, 'h');
  expect(headers).toEqual({ authorization: 'Basic bWU6czNjcmV0', 'x-team': 'treasury' });
  expect(secrets.map((secret) => secret.exposeText())).toContain('bWU6czNjcmV0');
});

it.each([
  'no header',
  'name value: x',
  'authorization:',
  'a: b\rc: d',
  'a: \u00e4',
  'a: b\na: c',
  'x-api-key: other',
  'X-Custos-Signature: other',
  'Host: other',
  'content-length: 0',
  'transfer-encoding: chunked',
])('a header file with "%s" is refused without showing it', (text) => {
  const read = () => parseHeaderFile(`x-first: s3cret\n${text}`, 'file');
  expect(read).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  expect(read).not.toThrow(/s3cret|other/);
});
