import { expect, test } from 'vitest';
import { oneByOne } from '../../src/core/one-by-one.js';
import { nextTurn } from '../../src/core/turn.js';

test('tasks with the same key run one at a time, even after a failure, while others run in parallel', async () => {
  const inTurn = oneByOne();
  const story: string[] = [];
  const work = (name: string, turns: number, error?: Error) => async () => {
    story.push(`${name} begins`);
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    story.push(`${name} ends`);
    if (error !== undefined) throw error;
    return name;
  };
  const ends = await Promise.allSettled([
    inTurn('one', work('a', 5, new Error('a fails'))),
    inTurn('one', work('b', 1)),
    inTurn('other', work('c', 1)),
  ]);
  expect(story).toEqual(['a begins', 'c begins', 'c ends', 'a ends', 'b begins', 'b ends']);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
});
