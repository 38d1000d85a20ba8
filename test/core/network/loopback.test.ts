import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../../src/core/network/loopback.js';

describe('a loopback host', () => {
  it.each(['localhost', 'LocalHost', '127.0.0.1', '127.255.255.255', '::1', '[::1]'])(
    '%s is a loopback host',
    (host) => {
      expect(isLoopback(host)).toBe(true);
    },
  );

  it.each([
    '',
    'localhost.example.com',
    'x.localhost',
    '127.0.0.1.example.com',
    '127.0.0.256',
    '127.0.0.01',
    '127.1',
    '128.0.0.1',
    '0.0.0.0',
    '::',
    '[::1',
    '[localhost]',
    '::ffff:127.0.0.1',
    '127.0.0.1\n',
  ])('%j is not a loopback host', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});
