import { describe, expect, it } from 'vitest';
import { chunks, pagesOf } from '../../src/core/pages.js';

/** A table of numbers from 1, with the questions that it was asked. */
function tableOf(count: number) {
  const asked: (number | undefined)[] = [];
  const reader = {
    size: 3,
    page: async (after: number | undefined, size: number) => {
      asked.push(after);
      const first = after ?? 0;
      return Array.from({ length: Math.max(0, Math.min(size, count - first)) }, (_, at) => first + at + 1);
    },
    keyOf: (item: number) => item,
  };
  return { reader, asked };
}

describe('reading a table page by page', () => {
  it.each([
    ['an empty table', 0, [], [undefined]],
    ['a table of one short page', 2, [[1, 2]], [undefined]],
    ['a table of one full page', 3, [[1, 2, 3]], [undefined, 3]],
    ['a table that ends with a short page', 4, [[1, 2, 3], [4]], [undefined, 3]],
  ])(
    'reading by page gives all rows of %s, and asks no further after a short page',
    async (_, count, pages, questions) => {
      const { reader, asked } = tableOf(count);
      const found: (readonly number[])[] = [];
      for await (const page of pagesOf<number, number>(reader)) found.push(page);
      expect(found).toEqual(pages);
      expect(asked).toEqual(questions);
    },
  );

  it('reading by page asks for the next page only when the one before is done', async () => {
    const { reader, asked } = tableOf(6);
    for await (const page of pagesOf<number, number>(reader)) {
      if (page.includes(1)) break;
    }
    expect(asked).toEqual([undefined]);
  });
});

it('a list is cut into parts of at most the requested size', () => {
  expect([...chunks([1, 2, 3, 4, 5], 2)]).toEqual([[1, 2], [3, 4], [5]]);
  expect([...chunks([], 2)]).toEqual([]);
});
