/** How a table is read: a question for what comes after one item, or for the first ones, in the order of the keys. */
export interface PageReader<T, K> {
  readonly size: number;
  readonly page: (after: K | undefined, size: number) => Promise<readonly T[]>;
  /** The key by which the next question names an item. */
  readonly keyOf: (item: T) => K;
}

/** Everything that a table has, page by page; a page that is not full is the last one. */
export async function* pagesOf<T, K>({ size, page, keyOf }: PageReader<T, K>): AsyncGenerator<readonly T[]> {
  let after: K | undefined;
  for (;;) {
    const items = await page(after, size);
    const last = items.at(-1);
    if (last === undefined) return;
    yield items;
    if (items.length < size) return;
    after = keyOf(last);
  }
}

/** Cuts a list into parts of at most `size`. */
export function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
