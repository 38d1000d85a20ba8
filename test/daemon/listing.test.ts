import { expect, test } from 'vitest';
import { Listing } from '../../src/daemon/listing.js';

const now = 1_000_000;

test('a listed transaction is new once, for as long as the source keeps listing it', () => {
  const listing = new Listing();
  expect([listing.see('one'), listing.see('one')]).toEqual([true, false]);
  listing.keepOnly(new Set(['other']));
  expect(listing.see('one')).toBe(true);
});

test('a waiting transaction is due at its time, and at once when the source lists it again after a pause', () => {
  const listing = new Listing();
  listing.waits('one', now + 5_000);
  expect([listing.isDue('one', now), listing.isDue('one', now + 5_000), listing.isDue('other', now)]).toEqual([
    false,
    true,
    true,
  ]);
  listing.keepOnly(new Set());
  expect(listing.isDue('one', now)).toBe(true);
});

test('a finished transaction that is still listed is counted, and checked again after half a minute', () => {
  const listing = new Listing();
  listing.ends('one', now);
  listing.ends('two', now);
  expect([listing.ended, listing.isDue('one', now + 29_999), listing.isDue('one', now + 30_000)]).toEqual([
    2,
    false,
    true,
  ]);
  listing.goesOn('one');
  listing.waits('two', now);
  expect(listing.ended).toBe(0);
});
