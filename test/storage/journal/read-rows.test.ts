import { expect, it } from 'vitest';
import { defaultTenant } from '../../../src/core/ids.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import { ReadRows } from '../../../src/storage/journal/read-rows.js';
import { requestRow, toEntry } from '../../../src/storage/journal/rows.js';
import { eth } from '../support.js';

const rowOf = (place: number, text = '{}') => {
  const id = place.toString(16).padStart(24, '0');
  const hashes = ['26d3883e-4e17-48b3-a0ee-09a3e484ac83'];
  const pending = parsePending({ id, chain: 'ETH', hashes, serializedTransaction: text }, eth, 'testnet');
  return requestRow(
    { tenant: defaultTenant, source: 'api', kind: 'transaction', delivery: 'broadcast', pending },
    1_700_000_000_000,
  );
};

it('a row that was verified is known again as long as no column of it differs', () => {
  const rows = new ReadRows({ most: 2, characters: 10_000, largest: 1000 });
  const row = rowOf(1);
  const entry = toEntry(row);
  rows.put(row, entry);
  expect(rows.find({ ...row })).toBe(entry);
  for (const name of Object.keys(row))
    expect([name, rows.find({ ...row, [name]: 'other' })]).toEqual([name, undefined]);
});

it('no more rows are kept than there may be, and no larger ones', () => {
  const rows = new ReadRows({ most: 2, characters: 10_000, largest: 1000 });
  const all = [1, 2, 3].map((place) => rowOf(place));
  for (const row of all) rows.put(row, toEntry(row));
  expect(all.map((row) => rows.find(row)?.id)).toEqual([undefined, all[1]?.id, all[2]?.id]);
  const large = rowOf(4, `{"data":"${'0'.repeat(1000)}"}`);
  rows.put(large, toEntry(large));
  expect(rows.find(large)).toBeUndefined();
});

it('no more characters are kept than there may be: the rows that came first go', () => {
  const all = [1, 2, 3].map((place) => rowOf(place, `{"data":"${'0'.repeat(500)}"}`));
  const size = all[0]?.pending.length ?? 0;
  const rows = new ReadRows({ most: 10, characters: 2 * size, largest: 1000 });
  for (const row of all) rows.put(row, toEntry(row));
  expect(all.map((row) => rows.find(row)?.id)).toEqual([undefined, all[1]?.id, all[2]?.id]);
  const [, second] = all;
  if (second !== undefined) rows.put(second, toEntry(second));
  expect(all.map((row) => rows.find(row) !== undefined)).toEqual([false, true, true]);
  rows.clear();
  for (const row of all.slice(0, 2)) rows.put(row, toEntry(row));
  expect(all.map((row) => rows.find(row) !== undefined)).toEqual([true, true, false]);
});
