const GAP = 2;
/** Smallest width of a column. */
const LEAST_WIDTH = 10;

/**
 * The lines of a table with aligned columns. The last column is not padded.
 * @param columns - width of the terminal; undefined if a program reads the output, which then gets everything in full
 */
export function tableLines(rows: readonly (readonly string[])[], columns: number | undefined): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  if (columns !== undefined) narrow(widths, columns);
  return rows.map((row) => {
    const cells = row.map((cell, at) => cut(cell, widths[at] ?? 0));
    return cells.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join(' '.repeat(GAP));
  });
}

/** Narrows the widest columns until a line fits. The first column stays whole, because other commands need its values. */
function narrow(widths: number[], columns: number): void {
  const total = () => widths.reduce((sum, width) => sum + width + GAP, -GAP);
  while (total() > columns) {
    const widest = widths.reduce((most, width, at) => (at > 0 && width > (widths[most] ?? 0) ? at : most), 1);
    const width = widths[widest] ?? 0;
    if (width <= LEAST_WIDTH) return;
    widths[widest] = Math.max(LEAST_WIDTH, width - (total() - columns));
  }
}

function cut(cell: string, width: number): string {
  return cell.length <= width ? cell : `${cell.slice(0, width - 1)}…`;
}
