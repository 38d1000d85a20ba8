/**
 * Works on items, at most `width` of them at the same time. After a failure no further item is begun; those that are on
 * their way go on, and what becomes of them is dropped.
 * @returns the results, in the order of the items
 * @throws the first error that a work or the items throw
 */
export async function inParallel<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  width: number,
  work: (item: T, at: number) => Promise<R>,
): Promise<R[]> {
  const iterator = iteratorOf(items);
  const results: R[] = [];
  let count = 0;
  let isOver = false;
  const lane = async () => {
    try {
      while (!isOver) {
        const next = await iterator.next();
        if (next.done === true) return;
        // Another work failed while the next item was fetched.
        if (isOver) return;
        const at = count++;
        results[at] = await work(next.value, at);
      }
    } catch (error) {
      isOver = true;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}

function iteratorOf<T>(items: Iterable<T> | AsyncIterable<T>): Iterator<T> | AsyncIterator<T> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}
