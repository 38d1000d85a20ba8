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

  it('tried every way that there is', () => {
    expect(Object.keys(results).length).toBeGreaterThan(50);
    expect(modules).toBeGreaterThanOrEqual(builtinModules.length);
  });

  it.each(Object.entries(results))('cannot use %s', (_way, result) => {
    expect(result).toBe('SIGNER_LOCKED_DOWN');
  });

  it('has no function of a module that is not on the list, and none of the process itself', () => {
    expect(open).toEqual([]);
  });

  it('keeps of the process only what the list names', () => {
    const listed = new Set<string>([...processNeeds, ...processFacts]);
    expect(kept.filter((key) => !listed.has(key))).toEqual([]);
  });

  it('cannot write where everybody on the machine reads', () => {
    expect(title).not.toContain('secret');
  });

  it('could have used all of them before', async () => {
    const free = await tryEverything('--conditions=unlocked');
    const refused = Object.entries(free.results).filter(([, result]) => result === 'SIGNER_LOCKED_DOWN');
    expect(refused).toEqual([]);
  });
});
