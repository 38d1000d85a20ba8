import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the creation code in the program is what the sources in contracts/ compile to', () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  expect(() => execFileSync('node', ['compile-contracts.js', '--check'], { cwd: root, stdio: 'pipe' })).not.toThrow();
}, 60_000);
