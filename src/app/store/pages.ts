/** A question for what comes after one item, or for the first ones. */
export type Page<T, K> = (after: K | undefined) => Promise<readonly T[]>;

/** All that a table has, page by page, until nothing comes. @param keyOf - by which an item is named in the next question */
export async function* pagesOf<T, K>(page: Page<T, K>, keyOf: (item: T) => K): AsyncGenerator<readonly T[]> {
  let after: K | undefined;
  for (;;) {
    const items = await page(after);
    const last = items.at(-1);
    if (last === undefined) return;
    yield items;
    after = keyOf(last);
  }
}
