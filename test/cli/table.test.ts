import { describe, expect, it } from 'vitest';
import { tableLines } from '../../src/cli/table.js';

const id = 'a'.repeat(24);
const rows = [
  ['ID', 'CHAIN', 'TX ID', 'WHAT'],
  [id, 'ETH', `0x${'b'.repeat(64)}`, 'sends 1 ETH to somebody far away, and says much about it in many words'],
];

describe('a table', () => {
  it('a table fits the terminal, and keeps complete ids that other commands take', () => {
    for (const columns of [80, 120, 200]) {
      const lines = tableLines(rows, columns);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      expect(lines[1]).toContain(id);
    }
    expect(tableLines(rows, 80)[1]).toContain('…');
  });

  it('a table is never cut so short that its values look alike, however narrow the terminal', () => {
    expect(tableLines(rows, 5)[1]).toContain(`${id}  ETH`);
  });

  it('a table is complete when a program reads it', () => {
    expect(tableLines(rows, undefined)[1]).toContain(rows[1]?.[3]);
    expect(tableLines(rows, undefined)[0]).toMatch(/^ID {24}CHAIN {2}TX ID +WHAT$/);
  });
});
