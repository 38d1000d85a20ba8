import { expect, it } from 'vitest';
import { shownValue } from '../../src/app/config/shown-value.js';

it.each([
  ['https://user:topsecret@example.com/v3', 'https://example.com/v3 (the rest is not shown)'],
  ['https://example.com/x?token=topsecret', 'https://example.com/x (the rest is not shown)'],
  ['https://example.com/x', 'https://example.com/x'],
  ['/home/me/store.db', '/home/me/store.db'],
])('the setting %s is shown as %s', (value, shown) => {
  expect(shownValue(value)).toBe(shown);
});
