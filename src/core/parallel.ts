/**
 * Processes items, at most `width` of them at the same time. After a failure no further item is started; running ones go on,
 * and their results are dropped.
 * @returns the results, in the order of the items
 * @throws the first error that the work or the source of items throws
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
        // Another item failed while the next one was fetched.
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
