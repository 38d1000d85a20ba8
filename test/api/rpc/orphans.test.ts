import { expect, it } from 'vitest';
import { Orphans } from '../../../src/api/rpc/orphans.js';

it('a request whose caller went away is given to the next equal call, once', () => {
  const orphans = new Orphans(() => 0);
  const key = Orphans.key(['token', 'ETH', { to: '0x1', value: '0x2' }]);
  orphans.put(key, 'first');
  expect(orphans.take(() => Orphans.key(['token', 'ETH', { value: '0x2', to: '0x1' }]))).toBe('first');
  expect(orphans.take(() => key)).toBeUndefined();
});

it('another token, chain or value is another call', () => {
  const keys = [
    ['token', 'ETH', { value: '0x2' }],
    ['other', 'ETH', { value: '0x2' }],
    ['token', 'BSC', { value: '0x2' }],
    ['token', 'ETH', { value: '0x3' }],
  ].map(Orphans.key);
  expect(new Set(keys).size).toBe(keys.length);
});

it('after a minute an equal call is another payment', () => {
  let now = 0;
  const orphans = new Orphans(() => now);
  orphans.put('key', 'first');
  now = 60_000;
  expect(orphans.take(() => 'key')).toBeUndefined();
});
