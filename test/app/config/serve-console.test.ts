import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/app/config/config.js';

const read = (consoleOrigin: string) =>
  readConfig({ serve: true, testnet: true, consoleOrigin }, {}, '/nowhere').serve?.consoleOrigin;

describe('--console-origin', () => {
  it.each([
    'https://custos.example.com',
    'https://192.0.2.7:8646',
    'http://localhost:8646',
    'http://custos.localhost',
    'http://10.0.0.5:8646',
    'http://192.168.1.2',
    'http://100.64.0.1:1',
    'http://[fd00::1]:8646',
    'http://127.0.0.1:8646',
  ])('takes %s', (origin) => {
    expect(read(origin)).toBe(origin);
  });

  it.each([
    ['a name without TLS', 'http://custos.example.com'],
    ['a name without TLS inside of a site', 'http://custos.internal'],
    ['a single name without TLS', 'http://custos'],
    ['a public address without TLS', 'http://192.0.2.7:8646'],
    ['a public address of IPv6 without TLS', 'http://[2001:db8::1]:8646'],
    ['an address that looks private', 'http://10.0.0.5.example.com'],
    ['a path', 'https://custos.example.com/console'],
    ['another scheme', 'ftp://10.0.0.5'],
    ['the usual port', 'https://custos.example.com:443'],
    ['no origin', '10.0.0.5:8646'],
  ])('refuses %s', (_, origin) => {
    expect(() => read(origin)).toThrow('--console-origin takes an origin as browsers write it');
  });
});
