import { describe, expect, it } from 'vitest';
import { tableLines } from '../../src/cli/table.js';

const id = 'a'.repeat(24);
const rows = [
  ['ID', 'CHAIN', 'TX ID', 'WHAT'],
  [id, 'ETH', `0x${'b'.repeat(64)}`, 'sends 1 ETH to somebody far away, and says much about it in many words'],
];

describe('a table', () => {
  it('fits the terminal, and keeps the id whole that other commands take', () => {
    for (const columns of [80, 120, 200]) {
      const lines = tableLines(rows, columns);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      expect(lines[1]).toContain(id);
    }
    expect(tableLines(rows, 80)[1]).toContain('…');
  });

  it('is never cut below what can still be told apart, however narrow the terminal', () => {
    expect(tableLines(rows, 5)[1]).toContain(`${id}  ETH`);
  });

  it('is whole where no person reads it', () => {
    expect(tableLines(rows, undefined)[1]).toContain(rows[1]?.[3]);
    expect(tableLines(rows, undefined)[0]).toMatch(/^ID {24}CHAIN {2}TX ID +WHAT$/);
  });
});
