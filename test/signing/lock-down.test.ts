import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const probe = fileURLToPath(new URL('../support/lock-down-probe.mjs', import.meta.url));

/** Runs every way out in a process that is locked down as the signer process is, and collects how each ended. */
function tryEverything(...flags: string[]): Record<string, string> {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, '--no-warnings', probe], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, string>;
}

describe('a locked-down process', () => {
  const results = tryEverything();

  it('tried every way that there is', () => {
    expect(Object.keys(results).length).toBeGreaterThan(25);
  });

  it.each(Object.entries(results))('cannot use %s', (_way, result) => {
    expect(result).toBe('SIGNER_LOCKED_DOWN');
  });

  it('could have used all of them before', () => {
    const free = tryEverything('--conditions=unlocked');
    const refused = Object.entries(free).filter(([, result]) => result === 'SIGNER_LOCKED_DOWN');
    expect(refused).toEqual([]);
  });
});
