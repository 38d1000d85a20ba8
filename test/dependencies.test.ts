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
  it('Custos installs at most 75 packages, without the optional ones', () => {
    expect(production.length).toBeGreaterThan(10);
    expect(production.length).toBeLessThanOrEqual(75);
  });

  it('the dependencies run no script while they are installed', () => {
    expect(production.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([]);
  });

  it('the dependencies have no native code, which an image without a place to write or another libc would break', () => {
    const native = production.flatMap(([path]) =>
      readdirSync(join(root, path), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.node')),
    );
    expect(native).toEqual([]);
  });

  it('no dependency is optional, and each is named in its exact version and bundled', () => {
    const { dependencies, optionalDependencies, bundleDependencies } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    );
    expect(optionalDependencies).toBeUndefined();
    expect(bundleDependencies).toEqual(Object.keys(dependencies));
    for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(shipped.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
  });

  it('the dependencies take at most 50 MB', () => {
    const bytes = production.reduce((sum, [path]) => sum + sizeOf(join(root, path)), 0);
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(bytes).toBeLessThanOrEqual(50_000_000);
  });

  it('the lock file gives every package a version and a digest, and no address of a registry', () => {
    const loose = all.filter(([, { version, integrity }]) => !version || !/^sha512-/.test(integrity ?? ''));
    // Binaries of development tools for other systems than this one's are named, and never installed.
    const named = loose.filter(([path, { dev, optional }]) => dev && optional && !existsSync(join(root, path)));
    expect(loose).toEqual(named);
    expect(all.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  it('docs/decisions.md lists exactly the dependencies', () => {
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
