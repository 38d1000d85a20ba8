import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lockedPackages, productionPackages, shippedPackages } from './support/lock-file.js';

const root = fileURLToPath(new URL('..', import.meta.url));

const all = lockedPackages();
const shipped = shippedPackages();
const production = productionPackages();

describe('what is installed to run Custos', () => {
  it('is at most 75 packages, without the optional ones', () => {
    expect(production.length).toBeGreaterThan(10);
    expect(production.length).toBeLessThanOrEqual(75);
  });

  it('runs no script while it is installed', () => {
    expect(production.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([]);
  });

  it('comes whole: no package is optional, and each is named in its exact version and bundled', () => {
    const { dependencies, optionalDependencies, bundleDependencies } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    );
    expect(optionalDependencies).toBeUndefined();
    expect(bundleDependencies).toEqual(Object.keys(dependencies));
    for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(shipped.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
  });

  it('takes at most 50 MB', () => {
    const bytes = production.reduce((sum, [path]) => sum + sizeOf(join(root, path)), 0);
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(bytes).toBeLessThanOrEqual(50_000_000);
  });

  it('is pinned: every package has a version and a digest, and no address of a registry', () => {
    const loose = all.filter(([, { version, integrity }]) => !version || !/^sha512-/.test(integrity ?? ''));
    // Binaries of development tools for other systems than this one's are named, and never installed.
    const named = loose.filter(([path, { dev, optional }]) => dev && optional && !existsSync(join(root, path)));
    expect(loose).toEqual(named);
    expect(all.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  it('is what docs/decisions.md lists', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const text = readFileSync(join(root, 'docs/decisions.md'), 'utf8');
    const listed = [...text.matchAll(/^\| `([^`]+)` +\|/gm)].map((match) => match[1]);
    expect(listed.sort()).toEqual(Object.keys(dependencies).sort());
  });
});

/** Bytes of a package's own files; packages nested in it are entries of the lock themselves. */
function sizeOf(path: string): number {
  const entry = lstatSync(path);
  if (!entry.isDirectory()) return entry.size;
  return readdirSync(path)
    .filter((name) => name !== 'node_modules')
    .reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
