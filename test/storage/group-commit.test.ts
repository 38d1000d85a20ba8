import type { Kysely } from 'kysely';
import { expect, it } from 'vitest';
import { GroupCommit, type QueuedWork } from '../../src/storage/group-commit.js';

/** Commits nothing, and tells the sizes of groups. */
function opened() {
  const sizes: number[] = [];
  let time = 0;
  const commit = async (group: readonly QueuedWork<object>[]) => {
    sizes.push(group.length);
    time += 2;
    for (const work of group) (await work.run({} as Kysely<object>)).tell();
  };
  const groups = new GroupCommit<object>(commit, () => time);
  const write = () => groups.write(async () => undefined);
  const writeFor = (callers: number) => groups.write(async () => undefined, { callers: () => callers });
  const pass = (milliseconds: number) => {
    time += milliseconds;
  };
  return { sizes, write, writeFor, pass };
}

/** Everything that is ready in this turn of the event loop has run. */
const turnIsOver = () => new Promise<void>((resolve) => process.nextTick(() => queueMicrotask(resolve)));
it('a write that comes after one that was alone begins in the same turn', async () => {
  const { sizes, write, pass } = opened();
  await write();
  await turnIsOver();
  pass(3);
  const written = write();
  await turnIsOver();
  expect(sizes).toEqual([1, 1]);
  await written;
});

it('a write that comes sooner after another one than that one took waits for others of the same turn', async () => {
  const { sizes, write, pass } = opened();
  await write();
  await turnIsOver();
  pass(1);
  const first = write();
  await turnIsOver();
  expect(sizes).toEqual([1]);
  await Promise.all([first, write()]);
  expect(sizes).toEqual([1, 2]);
});

it('a write that comes after a group waits for others of the same turn', async () => {
  const { sizes, write, pass } = opened();
  await Promise.all([write(), write()]);
  await turnIsOver();
  pass(3);
  const first = write();
  await turnIsOver();
  const second = write();
  expect(sizes).toEqual([2]);
  await Promise.all([first, second]);
  expect(sizes).toEqual([2, 2]);
});

it('a write for several callers counts as several: one that comes after it waits for others of the same turn', async () => {
  const { sizes, write, writeFor, pass } = opened();
  await writeFor(2);
  await turnIsOver();
  pass(3);
  const first = write();
  await turnIsOver();
  expect(sizes).toEqual([1]);
  await first;
  await turnIsOver();
  pass(3);
  const alone = write();
  await turnIsOver();
  expect(sizes).toEqual([1, 1, 1]);
  await alone;
});

it('writes that are asked for together are one group, however quiet it was before', async () => {
  const { sizes, write, pass } = opened();
  await write();
  await turnIsOver();
  pass(3);
  await Promise.all(Array.from({ length: 10 }, write));
  expect(sizes).toEqual([1, 10]);
});
