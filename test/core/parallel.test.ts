import { expect, test } from 'vitest';
import { inParallel } from '../../src/core/parallel.js';
import { nextTurn } from '../../src/core/turn.js';

test('at most the given number of items are processed at once, and the results keep their order', async () => {
  let running = 0;
  let most = 0;
  const results = await inParallel([5, 1, 4, 2, 3], 2, async (turns, at) => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    running -= 1;
    return `${at}:${turns}`;
  });
  expect(results).toEqual(['0:5', '1:1', '2:4', '3:2', '4:3']);
  expect(most).toBe(2);
});

test('items may arrive one by one from an asynchronous source', async () => {
  async function* pages() {
    for (const page of ['a', 'b', 'c']) {
      await nextTurn();
      yield page;
    }
  }
  expect(await inParallel(pages(), 4, async (page) => page.toUpperCase())).toEqual(['A', 'B', 'C']);
});

test('after a failure no further item is started, and the failure is thrown', async () => {
  const begun: number[] = [];
  const work = async (item: number) => {
    begun.push(item);
    await nextTurn();
    if (item === 2) throw new Error('the second one fails');
  };
  await expect(inParallel([1, 2, 3, 4, 5, 6], 2, work)).rejects.toThrow('the second one fails');
  await nextTurn();
  await nextTurn();
  expect(begun).toEqual([1, 2, 3]);
});

test('without items there is nothing to do', async () => {
  expect(await inParallel([], 4, async () => 1)).toEqual([]);
});
