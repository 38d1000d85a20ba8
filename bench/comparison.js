// What a run is compared with: the figures that were kept for the last release (bench/figures.json).

/** How much of a ratio may be lost before a run fails. */
const TOLERANCE = 0.1;

/** Rows are known by their text without its numbers: how many rounds or signers there were may change. */
const keyOf = ({ what }) => what.replace(/\d[\d,.]*/g, '#');

/** True where a lower ratio is the better one, as the row's goal says. */
const wantsLess = ({ goal }) => /^(<|at most)/.test(goal);

const isCompared = ({ ratio, goal }) => typeof ratio === 'number' && goal !== undefined;

/** 1 is as fast as the other, 0.9 a tenth slower. */
function speedBeside(row, other) {
  return wantsLess(row) ? other.ratio / row.ratio : row.ratio / other.ratio;
}

/** Both runs of one benchmark, each row from the faster one: whatever else a machine does only makes a run slower. */
export function fasterRows(rows, others) {
  const known = new Map(others.map((row) => [keyOf(row), row]));
  return rows.map((row) => {
    const other = known.get(keyOf(row));
    return other !== undefined && isCompared(row) && isCompared(other) && speedBeside(row, other) < 1 ? other : row;
  });
}

/**
 * Compares the ratios of a benchmark with those of the last release.
 * @returns a row for each ratio that has a goal and was kept: its speed beside the last release, and whether that is too slow
 */
export function compareRows(rows, kept) {
  const known = new Map(kept.map((row) => [keyOf(row), row]));
  return rows.flatMap((row) => {
    const before = known.get(keyOf(row));
    if (before === undefined || !isCompared(row) || !isCompared(before)) return [];
    const speed = speedBeside(row, before);
    return [{ what: row.what, before: before.ratio, now: row.ratio, speed, isSlower: speed < 1 - TOLERANCE }];
  });
}
