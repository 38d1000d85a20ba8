/** Names of a list's values in a compiled query. */
export function listNames(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, place) => `${name} ${place}`);
}

/** How many values the query has for a list: with powers of two there are few texts of queries. */
export function listSize(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(count, 1)));
}

/** The values of a list under their names; it is filled up with its last one. */
export function listValues<T>(name: string, items: readonly T[], size: number): (readonly [string, T | undefined])[] {
  return listNames(name, size).map((key, place) => [key, items[place] ?? items.at(-1)] as const);
}
