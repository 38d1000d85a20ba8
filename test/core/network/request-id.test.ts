import { expect, test } from 'vitest';
import { newRequestId } from '../../../src/core/network/request-id.js';

test('each request has another id, and ids of later milliseconds are greater', () => {
  const now = Date.UTC(2026, 10, 30);
  const ids = Array.from({ length: 2_000 }, () => newRequestId(now));
  expect(new Set(ids.map((id) => id.slice(12))).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{24}$/);
  const [last = ''] = ids.toSorted().slice(-1);
  expect(newRequestId(now + 1) > last).toBe(true);
});
