import { fork } from 'node:child_process';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { processFacts, processNeeds } from '../../src/signing/locked-modules.js';

const probe = fileURLToPath(new URL('../support/lock-down-probe.mjs', import.meta.url));

interface Told {
  /** How each way out ended. */
  readonly results: Readonly<Record<string, string>>;
  /** How many modules this Node has. */
  readonly modules: number;
  /** Functions that are not on a list and do not refuse. */
  readonly open: readonly string[];
  /** Functions and getters of `process` that do not refuse. */
  readonly kept: readonly string[];
  readonly title: string;
}

/** Runs every way out in a process that is locked down as the signer process is, and collects how each ended. */
function tryEverything(...flags: string[]): Promise<Told> {
  const child = fork(probe, [], {
    execArgv: [...flags, '--no-warnings'],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.on('data', (part) => {
    errors += part;
  });
  return new Promise((resolve, reject) => {
    child.once('message', (told) => resolve(told as Told));
    child.once('close', (code) => reject(new Error(`ended with ${code} and told nothing: ${errors}`)));
  });
}

describe('a locked-down process', async () => {
  const { results, modules, open, kept, title } = await tryEverything();

  it('a locked-down process tried every known way', () => {
    expect(Object.keys(results).length).toBeGreaterThan(50);
    expect(modules).toBeGreaterThanOrEqual(builtinModules.length);
  });

  it.each(Object.entries(results))('a locked-down process cannot use %s', (_way, result) => {
    expect(result).toBe('SIGNER_LOCKED_DOWN');
  });

  it('a locked-down process has no function of an unlisted module, and none of the process itself', () => {
    expect(open).toEqual([]);
  });

  it('a locked-down process keeps only the listed parts of the process', () => {
    const listed = new Set<string>([...processNeeds, ...processFacts]);
    expect(kept.filter((key) => !listed.has(key))).toEqual([]);
  });

  it('a locked-down process cannot write to a world-readable place', () => {
    expect(title).not.toContain('secret');
  });

  it('a process could have used all ways before the lock-down', async () => {
    const free = await tryEverything('--conditions=unlocked');
    const refused = Object.entries(free.results).filter(([, result]) => result === 'SIGNER_LOCKED_DOWN');
    expect(refused).toEqual([]);
  });
});
