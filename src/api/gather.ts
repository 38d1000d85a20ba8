/** A list as its store reads it, and what a caller sees of it. */
interface Gathering<T, K> {
  readonly after: K | undefined;
  readonly limit: number;
  /** `last` is where the next page begins; undefined at the end. */
  page(after: K | undefined, size: number): Promise<{ readonly page: readonly T[]; readonly last: K | undefined }>;
  keyOf(element: T): K;
  isShown(element: T): boolean;
}

/** Fewer are not worth a question to the store. */
const LEAST = 50;

/**
 * A page of what a caller sees. It is as full, and ends, as if the rest did not exist: `next` is the key of an element that is
 * shown, and only there if another one follows.
 */
export async function gathered<T, K>({
  after,
  limit,
  page,
  keyOf,
  isShown,
}: Gathering<T, K>): Promise<{ readonly data: readonly T[]; readonly next: K | undefined }> {
  const data: T[] = [];
  let place = after;
  do {
    const found = await page(place, Math.max(limit + 1, LEAST));
    data.push(...found.page.filter(isShown));
    place = found.last;
  } while (data.length <= limit && place !== undefined);
  const shown = data.slice(0, limit);
  const end = shown.at(-1);
  return { data: shown, next: end === undefined || data.length <= limit ? undefined : keyOf(end) };
}
