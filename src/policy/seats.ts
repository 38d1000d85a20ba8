/**
 * Gives as many seats as possible to different persons: one who sits moves to another seat where that makes room (augmenting paths,
 * as in the matching of bipartite graphs).
 * @returns the seats that stay empty
 */
export function emptySeats<Seat>(
  seats: readonly Seat[],
  candidates: (seat: Seat) => readonly string[],
): readonly Seat[] {
  const placeOf = new Map<string, number>();
  const offers = seats.map(candidates);
  const fill = (place: number, asked: Set<string>): boolean => {
    for (const person of offers[place] ?? []) {
      if (asked.has(person)) continue;
      asked.add(person);
      const taken = placeOf.get(person);
      if (taken === undefined || fill(taken, asked)) {
        placeOf.set(person, place);
        return true;
      }
    }
    return false;
  };
  return seats.filter((_, place) => !fill(place, new Set()));
}
