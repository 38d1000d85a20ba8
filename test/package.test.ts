import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { custos } from './support/custos.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'custos-package-'));
const installed = join(folder, 'node_modules/custos-kms');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Locked {
  readonly version: string;
  readonly name?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

/** npm without a registry and with an empty cache: what is not in the package cannot come. */
function npm(...args: string[]): string {
  const options = ['--offline', '--no-audit', '--no-fund', `--cache=${join(folder, 'cache')}`];
  return execFileSync('npm', [...args, ...options], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function packagesOf(lock: string): Record<string, Locked> {
  return JSON.parse(readFileSync(lock, 'utf8')).packages;
}

function manifestOf(directory: string): { name: string; version: string } {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
}

/** Each package below a folder of packages, as `path name@version`. */
function found(modules: string, below = ''): string[] {
  if (!existsSync(modules)) return [];
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((part) => `${name}/${part}`) : [name],
    )
    .flatMap((name) => {
      const path = `${below}node_modules/${name}`;
      const { name: own, version } = manifestOf(join(modules, name));
      return [`${path} ${own}@${version}`, ...found(join(modules, name, 'node_modules'), `${path}/`)];
    });
}

describe('the package, installed in an empty folder', () => {
  beforeAll(() => {
    // Built already, as for every test of the program.
    npm('pack', root, '--ignore-scripts', `--pack-destination=${folder}`);
    const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    npm('install', join(folder, file));
  }, 300_000);

  it('has every package of the lock file in its version, overrides included, and no other', () => {
    const locked = Object.entries(packagesOf(join(root, 'package-lock.json')))
      .filter(([path, { dev }]) => path !== '' && dev !== true)
      .map(([path, { name, version }]) => `${path} ${name ?? path.replace(/^.*node_modules\//, '')}@${version}`);
    expect(locked.length).toBeGreaterThan(40);
    expect(found(join(installed, 'node_modules')).sort()).toEqual(locked.sort());
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['custos-kms']);
  });

  it('runs no script while it is installed', () => {
    const packages = Object.entries(packagesOf(join(folder, 'node_modules/.package-lock.json')));
    expect(packages.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
  });

  it('makes a wallet and lists it', async () => {
    const options = {
      home: folder,
      env: { CUSTOS_PASSWORD: 'password of the package' },
      program: join(installed, 'bin/custos.js'),
    };
    const made = await custos(['wallet', 'create', 'SOL', '--testnet'], options);
    expect([made.code, made.stdout]).toEqual([0, expect.stringContaining('signatureId')]);
    const listed = await custos(['wallet', 'list', '--json'], options);
    expect([listed.code, listed.stdout]).toEqual([0, expect.stringContaining(JSON.parse(made.stdout).address)]);
  });

  it('is a library as well', () => {
    const script = "console.log(Object.keys(await import('custos-kms')).length > 0)";
    const args = ['--input-type=module', '-e', script];
    expect(execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })).toBe('true\n');
  });
});
